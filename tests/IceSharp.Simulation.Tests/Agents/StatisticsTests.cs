using IceSharp.Protocol.Agent;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

/// <summary>Statistics tell what the wire saw.</summary>
public class StatisticsTests
{
    [Fact]
    public void Counters_of_a_pair_agree_on_both_sides_and_with_the_wire()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { UseStun = false, UseTurn = false });
        pair.Connect();
        pair.Offerer.TrySend(new byte[100]);
        pair.Offerer.TrySend(new byte[20]);
        pair.Network.RunFor(TimeSpan.FromSeconds(1));

        IceCandidatePairStatistics offerer = Selected(pair.Offerer), answerer = Selected(pair.Answerer);

        offerer.Pair.IsNominated.Should().BeTrue();
        offerer.RequestsSent.Should().BePositive().And.Be(offerer.ResponsesReceived).And.Be(answerer.RequestsReceived).And.Be(answerer.ResponsesSent);
        answerer.RequestsSent.Should().BePositive().And.Be(answerer.ResponsesReceived).And.Be(offerer.RequestsReceived);
        offerer.RoundTripMeasurements.Should().Be(offerer.ResponsesReceived);
        (offerer.TotalRoundTripTime / offerer.RoundTripMeasurements).Should().Be(offerer.CurrentRoundTripTime!.Value, "the link's delay is constant");
        (answerer.DatagramsReceived, answerer.BytesReceived).Should().Be((2L, 120L));
        answerer.SinceDataReceived.Should().BeLessThan(TimeSpan.FromSeconds(1)).And.BeGreaterThan(TimeSpan.FromMilliseconds(500));
        offerer.DatagramsReceived.Should().Be(0);
        offerer.SinceDataReceived.Should().BeNull();
    }

    [Fact]
    public void Repeats_are_counted_apart_and_a_silent_pair_has_no_response()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { UseStun = false, UseTurn = false });
        pair.Offerer.StartGathering();
        pair.Answerer.StartGathering();
        pair.Network.RunFor(TimeSpan.FromSeconds(1));
        pair.Offerer.CreateLocalDescription();
        IceDescription answer = pair.Answerer.CreateLocalDescription();
        pair.Answerer.Dispose();
        pair.Offerer.SetRemoteDescription(answer);
        pair.Network.RunFor(TimeSpan.FromSeconds(2));

        IceStreamStatistics stream = pair.Offerer.Machine.GetStatistics(pair.Network.Now).Streams[0];

        stream.Pairs.Should().NotBeEmpty().And.OnlyContain(p => p.ResponsesReceived == 0 && p.SinceResponseReceived == null && !p.IsSelected && p.CurrentRoundTripTime == null);
        IceCandidatePairStatistics best = stream.Pairs[0];
        best.RequestsSent.Should().Be(1);
        best.RetransmissionsSent.Should().Be(2, "repeats come after 0.5 s and 1.5 s");
        stream.Candidates.Count(c => c.IsLocal).Should().Be(pair.Offerer.CreateLocalDescription().Streams[0].Candidates.Count);
        stream.Candidates.Where(c => !c.IsLocal).Select(c => c.Candidate.Address).Should().BeEquivalentTo(answer.Streams[0].Candidates.Select(c => c.Address));
        stream.Candidates.Should().OnlyContain(c => c.IsSignalled && (c.Base != null) == c.IsLocal);
    }

    private static IceCandidatePairStatistics Selected(VirtualAgent agent) =>
        agent.Machine.GetStatistics(agent.Host.Network.Now).Streams[0].Pairs.Should().ContainSingle(p => p.IsSelected).Subject;
}
