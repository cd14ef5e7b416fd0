using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using IceSharp.Internal.Diagnostics;

namespace IceSharp.Tests.Diagnostics;

/// <summary>Metrics, activities and statistics of two real agents on loopback.</summary>
public class MeasurementTests
{
    [Fact]
    public async Task Meter_counts_what_two_agents_did()
    {
        using var factory = new OwnMeterFactory();
        var measured = new ConcurrentDictionary<string, double>();
        using MeterListener listener = Listen(factory, measured);
        IceAgentOptions options = TestAgents.Options() with { MeterFactory = factory };
        var left = new IceAgent(options);
        await using (var right = new IceAgent(options))
        {
            (IceConnection one, IceConnection other) = await TestAgents.ConnectAsync(left, right);
            await one.SendAsync(new byte[100]);
            (await TestAgents.ReceiveAsync(other)).Length.Should().Be(100);
            measured["icesharp.agents"].Should().Be(2);
            await left.DisposeAsync();
            listener.RecordObservableInstruments();
            measured["icesharp.agents"].Should().Be(1);
        }

        measured["icesharp.datagrams sent"].Should().Be(1);
        measured["icesharp.datagrams received"].Should().Be(1);
        measured["icesharp.bytes sent"].Should().Be(100, "an agent that has ended still counts");
        measured["icesharp.bytes received"].Should().Be(100);
        measured["icesharp.gathering.duration found"].Should().BePositive();
        measured["icesharp.connect.duration connected"].Should().BePositive();
        measured["icesharp.state.changes Connected"].Should().BeGreaterThanOrEqualTo(1);
        measured["icesharp.selected_pair.changes Host Host"].Should().BeGreaterThanOrEqualTo(2);
        measured["icesharp.agents"].Should().Be(0);
        measured.Keys.Should().NotContain(k => k.Contains("failures", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Activities_span_gathering_and_connecting_under_the_callers_activity()
    {
        var stopped = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is AgentObservation.SourceName or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = stopped.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("test");
        using Activity call = source.StartActivity("call")!;
        await using IceAgent left = TestAgents.Create();
        await using IceAgent right = TestAgents.Create();

        await TestAgents.ConnectAsync(left, right);

        Activity[] mine = [.. stopped.Where(a => a.ParentSpanId == call.SpanId && Equals(a.GetTagItem("icesharp.agent"), left.Name))];
        mine.Select(a => a.OperationName).Should().Equal(AgentObservation.GatherActivity, AgentObservation.ConnectActivity);
        mine.Should().OnlyContain(a => a.Status == ActivityStatusCode.Ok);
        mine[0].GetTagItem("icesharp.candidates").Should().Be(1);
        mine[1].GetTagItem("icesharp.outcome").Should().Be("connected");
    }

    [Fact]
    public async Task Statistics_have_what_this_side_sent_on_the_pair_it_was_sent_over()
    {
        await using IceAgent left = TestAgents.Create();
        await using IceAgent right = TestAgents.Create();
        (await left.GetStatisticsAsync()).Streams.Should().BeEmpty("nothing has started");
        (IceConnection one, IceConnection other) = await TestAgents.ConnectAsync(left, right);
        await one.SendAsync(new byte[10]);
        await one.SendAsync(new byte[20]);
        await TestAgents.ReceiveAsync(other);
        await TestAgents.ReceiveAsync(other);

        IceCandidatePairStatistics sent = (await left.GetStatisticsAsync()).Streams[0].Pairs.Should().ContainSingle(p => p.IsSelected).Subject;
        IceCandidatePairStatistics received = (await right.GetStatisticsAsync()).Streams[0].Pairs.Should().ContainSingle(p => p.IsSelected).Subject;

        (sent.DatagramsSent, sent.BytesSent, sent.DatagramsReceived).Should().Be((2L, 30L, 0L));
        (received.DatagramsReceived, received.BytesReceived, received.DatagramsSent).Should().Be((2L, 30L, 0L));
        one.Statistics.Should().Match<IceConnectionStatistics>(s => s.DatagramsSent == 2 && s.BytesSent == 30);
        await left.DisposeAsync();
        await FluentActions.Awaiting(() => left.GetStatisticsAsync()).Should().ThrowAsync<ObjectDisposedException>();
    }

    private static MeterListener Listen(OwnMeterFactory factory, ConcurrentDictionary<string, double> measured)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (factory.Made.Contains(instrument.Meter))
                {
                    own.EnableMeasurementEvents(instrument);
                }
            },
        };
        void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string key = string.Join(' ', tags.ToArray().Select(t => t.Value).Prepend(instrument.Name));
            measured.AddOrUpdate(key, value, (_, sum) => instrument.IsObservable ? value : sum + value);
        }

        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.Start();
        return listener;
    }
}
