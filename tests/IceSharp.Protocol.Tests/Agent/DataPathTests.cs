using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Agent.CheckBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Where application data goes and comes from (RFC 8445 §12).</summary>
public class DataPathTests
{
    [Fact]
    [Rfc("ICE-8445-12.1-b")]
    public void Once_a_pair_is_selected_data_stays_on_it_though_a_better_one_becomes_valid()
    {
        var bench = new CheckBench(new IceAgentMachineOptions { Role = IceRole.Controlled });
        using (bench.Tell(Candidate("10.0.2.7"), Candidate("10.0.2.8", preference: 100)).Run(200))
        {
            SentDatagram better = bench.Checks.First(c => c.To == Address("10.0.2.7"));
            bench.Answer(bench.Checks.First(c => c.To == Address("10.0.2.8")));
            bench.Check("10.0.2.8", useCandidate: true, controlling: 1);
            bench.Run(60);
            bench.AnswerAll(c => c.To == Address("10.0.2.8"));
            bench.Machine.GetRoute(0, 1)!.Pair.IsNominated.Should().BeTrue();

            bench.Answer(better);
            bench.Check("10.0.2.7", controlling: 1);
            bench.Run(200);
            bench.AnswerAll();

            bench.Machine.GetRoute(0, 1)!.Peer.Should().Be(Address("10.0.2.8"));
        }
    }

    [Fact]
    [Rfc("ICE-8445-12.2-a")]
    [Rfc("ICE-8445-12.2-b")]
    [Rfc("ICE-8445-12.2-c")]
    public void Data_is_taken_on_every_candidate_that_the_peer_has_proven_and_each_datagram_tells_its_source()
    {
        using var bench = new CheckBench(NeverNominating, ["10.0.1.5", "10.0.1.6"]);
        bench.Tell(Candidate("10.0.2.7")).Run(200);
        bench.AnswerAll();
        bench.Machine.GetPairs(0).Count(p => p.IsValid).Should().Be(2);

        for (int socket = 0; socket < 2; socket++)
        {
            DatagramVerdict verdict = bench.Deliver([0x80, 1], Address("10.0.2.7"), bench.Socket(socket));
            (verdict.Kind, verdict.Stream, verdict.Component, verdict.Peer).Should().Be((VerdictKind.Payload, 0, 1, Address("10.0.2.7")));
        }

        // The peer's address changes on the way: what says so is the address, and the stream is the same one.
        bench.Check("10.0.2.99", port: 77, controlled: 1)!.IsSuccess.Should().BeTrue();
        DatagramVerdict moved = bench.Deliver([0x80, 2], Address("10.0.2.99", 77));
        (moved.Kind, moved.Stream, moved.Component, moved.Peer).Should().Be((VerdictKind.Payload, 0, 1, Address("10.0.2.99", 77)));
    }
}
