using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Agent.CheckBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>The patience timer, "PAC" (RFC 8863): no agent gives up before its peer had time to check.</summary>
public class PatienceTests
{
    [Theory]
    [InlineData(false, true, false)]
    [InlineData(false, true, true)]
    [InlineData(true, true, false)]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(true, false, true)]
    [Rfc("ICE-8863-4-a")] // T23
    [Rfc("ICE-8863-5-a")] // T22
    [Rfc("ICE-8863-5-b")]
    public void It_runs_for_39_5_s_from_the_credentials_of_both_sides_with_and_without_candidates_trickle_and_their_end(bool trickles, bool ended, bool hasCandidate)
    {
        using var bench = new CheckBench();
        bench.Run(5000);
        IceDescription peer = bench.Description(hasCandidate ? [Candidate("10.0.2.7")] : [], trickles ? ["ice2", "trickle"] : null);
        bench.Tell(peer with { Streams = [peer.Streams[0] with { EndOfCandidates = ended }] });
        if (hasCandidate)
        {
            // A hard answer fails the one pair at once.
            bench.Run(60).Answer(bench.Checks[0], error: 400);
            bench.Pair.State.Should().Be(IceCandidatePairState.Failed);
        }
        else
        {
            bench.Machine.NextTimeout.Reason.Should().Be(TimerReason.Pac);
        }

        bench.Run(44_499 - bench.Milliseconds);
        bench.Machine.State.Should().Be(IceConnectionState.Checking);
        bench.Run(1);

        bench.Machine.State.Should().Be(IceConnectionState.Failed, "also when the peer never said that its candidates ended");
    }

    [Fact]
    [Rfc("ICE-8863-5-a")]
    public void A_check_of_the_peer_in_that_time_saves_the_session()
    {
        using var bench = new CheckBench();
        bench.Tell().Run(39_000);

        bench.Check("10.0.2.7", controlled: 1);
        bench.Run(100);
        bench.AnswerAll();
        bench.Run(10_000);

        bench.Machine.State.Should().NotBe(IceConnectionState.Failed);
        bench.Machine.GetRoute(0, 1)!.Peer.Should().Be(Address("10.0.2.7"));
    }
}
