using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Agent.CheckBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>What it takes to give a checklist up (RFC 8838 §8, RFC 8863 §4).</summary>
public class FailedChecklistTests
{
    private static readonly StunRetransmissionSettings Once = new() { MaxTransmissions = 1, FinalTimeoutFactor = 1 };

    // Patience stands in for an end of candidates that never comes (RFC 8863 §5), so that one decides nothing alone.
    [Theory]
    [InlineData(true, true, true, true, true, IceConnectionState.Failed)]
    [InlineData(true, true, true, false, true, IceConnectionState.Failed)]
    [InlineData(false, true, true, true, true, IceConnectionState.Checking)]
    [InlineData(true, false, true, true, true, IceConnectionState.Connected)]
    [InlineData(true, true, false, true, true, IceConnectionState.Checking)]
    [InlineData(true, true, true, true, false, IceConnectionState.Checking)]
    [InlineData(true, true, true, false, false, IceConnectionState.Checking)]
    [Rfc("ICE-8838-8-c")] // T22
    public void A_list_fails_when_every_check_and_gathering_and_patience_are_over_and_a_component_has_no_valid_pair(
        bool checksAreOver, bool lacksValid, bool gatheringIsOver, bool ended, bool patienceIsOver, IceConnectionState expected)
    {
        using var bench = new CheckBench(NeverNominating with
        {
            Retransmission = checksAreOver ? Once : new StunRetransmissionSettings(),
            PatienceTimeout = TimeSpan.FromSeconds(patienceIsOver ? 1 : 20),
            Servers = gatheringIsOver ? [] : [new IceServerSettings { Kind = IceServerKind.Turn, Host = "192.0.2.1", Username = "user", Password = "password", Transports = [StunUriTransport.Tcp] }],
        });
        IceDescription peer = bench.Description([Candidate("10.0.2.7")], options: ["ice2", "trickle"]);
        bench.Tell(peer with { Streams = [peer.Streams[0] with { EndOfCandidates = ended }] }).Run(100);
        if (!lacksValid)
        {
            bench.Answer(bench.Checks.First(c => c.To == Address("10.0.2.7")));
        }

        bench.Run(5000);

        bench.Machine.State.Should().Be(expected);
        bench.Events.OfType<StreamFailed>().Any().Should().Be(expected == IceConnectionState.Failed);
    }

    [Fact]
    [Rfc("ICE-8838-7-a")] // T22
    public void An_empty_list_runs_until_patience_is_over()
    {
        using var bench = new CheckBench(new IceAgentMachineOptions { PatienceTimeout = TimeSpan.FromSeconds(2) });
        bench.Tell();

        bench.Run(1999).Machine.State.Should().Be(IceConnectionState.Checking);
        bench.Run(1).Machine.State.Should().Be(IceConnectionState.Failed);
    }
}
