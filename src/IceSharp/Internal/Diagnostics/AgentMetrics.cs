using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using IceSharp.Internal.Driver;
using IceSharp.Protocol;

namespace IceSharp.Internal.Diagnostics;

/// <summary>The instruments of all agents that share a meter. The names are documented in docs/guide/observability.md and stay.</summary>
/// <remarks>Datagrams are not counted here: the instruments read the agents' own counters when a listener asks.</remarks>
internal sealed class AgentMetrics
{
    public const string MeterName = "IceSharp";

    private static readonly ConditionalWeakTable<IMeterFactory, AgentMetrics> s_ofFactories = [];
    private static readonly AgentMetrics s_shared = new(new Meter(MeterName));

    private readonly Lock _gate = new();
    private readonly HashSet<AgentSession> _agents = [];
    private readonly TrafficTotals _ended = new();
    private readonly UpDownCounter<long> _count;
    private readonly Histogram<double> _gathering;
    private readonly Histogram<double> _connecting;
    private readonly Counter<long> _states;
    private readonly Counter<long> _selections;
    private readonly Counter<long> _failures;

    private AgentMetrics(Meter meter)
    {
        _count = meter.CreateUpDownCounter<long>("icesharp.agents", "{agent}", "Agents that have started and are not disposed.");
        _gathering = meter.CreateHistogram<double>("icesharp.gathering.duration", "s", "Time from the start of gathering to its end.");
        _connecting = meter.CreateHistogram<double>("icesharp.connect.duration", "s", "Time from the first possible check to the first valid pair of every component, or to the failure.");
        _states = meter.CreateCounter<long>("icesharp.state.changes", "{change}", "Changes of the connection state of agents.");
        _selections = meter.CreateCounter<long>("icesharp.selected_pair.changes", "{change}", "Changes of the pair that carries a component's data.");
        _failures = meter.CreateCounter<long>("icesharp.stream.failures", "{failure}", "Data streams that were left without a chance.");
        meter.CreateObservableCounter("icesharp.datagrams", () => ByDirection(t => t.DatagramsSent, t => t.DatagramsReceived), "{datagram}", "Datagrams of application data.");
        meter.CreateObservableCounter("icesharp.bytes", () => ByDirection(t => t.BytesSent, t => t.BytesReceived), "By", "Bytes of application data.");
        meter.CreateObservableCounter("icesharp.datagrams.dropped", Drops, "{datagram}", "Datagrams without effect, by reason; those that the application was too slow for are among them.");
    }

    /// <summary>The instruments of a factory's meter; null has those of a meter that the whole process shares.</summary>
    public static AgentMetrics For(IMeterFactory? factory) =>
        factory is null ? s_shared : s_ofFactories.GetValue(factory, static f => new AgentMetrics(f.Create(new MeterOptions(MeterName))));

    public void Started(AgentSession agent)
    {
        lock (_gate)
        {
            if (!_agents.Add(agent))
            {
                return;
            }
        }

        _count.Add(1);
    }

    public void Ended(AgentSession agent)
    {
        lock (_gate)
        {
            if (!_agents.Remove(agent))
            {
                return;
            }

            _ended.Add(agent);
        }

        _count.Add(-1);
    }

    public void Gathered(TimeSpan duration, bool foundAny) =>
        _gathering.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("icesharp.outcome", foundAny ? "found" : "nothing"));

    public void Connected(TimeSpan duration, string outcome) =>
        _connecting.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("icesharp.outcome", outcome));

    public void StateChanged(IceConnectionState state) =>
        _states.Add(1, new KeyValuePair<string, object?>("icesharp.state", state.ToString()));

    public void PairSelected(IceCandidatePairInfo? pair)
    {
        var tags = new TagList
        {
            { "icesharp.local.type", pair?.Local.Type.ToString() ?? "none" },
            { "icesharp.remote.type", pair?.Remote.Type.ToString() ?? "none" },
        };
        _selections.Add(1, tags);
    }

    public void StreamFailed() => _failures.Add(1);

    private IEnumerable<Measurement<long>> ByDirection(Func<TrafficTotals, long> sent, Func<TrafficTotals, long> received)
    {
        TrafficTotals totals = Totals();
        return [new(sent(totals), Direction("sent")), new(received(totals), Direction("received"))];
    }

    private IEnumerable<Measurement<long>> Drops()
    {
        TrafficTotals totals = Totals();
        var measurements = new List<Measurement<long>> { new(totals.Overflowed, Reason("ReceiveQueueFull")) };
        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            if (totals.Dropped(reason) is > 0 and var count)
            {
                measurements.Add(new(count, Reason(reason.ToString())));
            }
        }

        return measurements;
    }

    private TrafficTotals Totals()
    {
        var totals = new TrafficTotals();
        lock (_gate)
        {
            totals.Add(_ended);
            foreach (AgentSession agent in _agents)
            {
                totals.Add(agent);
            }
        }

        return totals;
    }

    private static KeyValuePair<string, object?> Direction(string name) => new("icesharp.direction", name);

    private static KeyValuePair<string, object?> Reason(string name) => new("icesharp.reason", name);
}
