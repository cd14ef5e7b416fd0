using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Agent.GatherBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Local candidates that come one by one: when they still count, and what pairs they make (RFC 8838 §10, §11, §13).</summary>
public class TrickledGatheringTests
{
    private static readonly IceServerSettings Server = new() { Kind = IceServerKind.Stun, Host = "192.0.2.1" };
    private static readonly TransportAddress Mapped = TransportAddress.Parse("203.0.113.9:61000");

    [Fact]
    [Rfc("ICE-8838-13-c")]
    public void What_is_found_after_the_end_of_candidates_waits_for_a_restart()
    {
        GatherBench bench = new GatherBench(null, On("eth0", "10.0.0.1")).Gather();
        bench.Machine.CreateLocalDescription().Streams[0].EndOfCandidates.Should().BeTrue();
        int told = bench.Events.OfType<LocalCandidateFound>().Count();

        bench.Interfaces.Add(On("wlan0", "10.0.2.1"));
        bench.Machine.HandleNetworkChange(bench.Now);
        bench.Drain();

        bench.Events.OfType<LocalCandidateFound>().Should().HaveCount(told);
        bench.Candidates.Should().HaveCount(told);
        bench.Events.OfType<RestartSuggested>().Should().ContainSingle();
        bench.Machine.Restart(bench.Now);
        bench.Drain();
        bench.Candidates.Select(c => c.Address.Address.ToString()).Should().Equal("10.0.0.1", "10.0.2.1");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rfc("ICE-8838-13-c")]
    public void What_a_server_tells_after_a_pair_was_nominated_is_no_candidate(bool nominated)
    {
        var options = new IceAgentMachineOptions { Role = IceRole.Controlled, Servers = [Server] };
        using var bench = new CheckBench(options);
        bench.Tell(CheckBench.Candidate("10.0.2.7")).Run(120);
        bench.Check("10.0.2.7", useCandidate: nominated, controlling: 1);
        bench.Answer(bench.Checks.First(c => c.To == CheckBench.Address("10.0.2.7")));
        bench.Machine.State.Should().Be(nominated ? IceConnectionState.Completed : IceConnectionState.Connected);
        CheckBench.SentDatagram asked = bench.Checks.First(c => c.To.Address == IpAddress.Parse("192.0.2.1"));

        bench.Answer(asked, mapped: Mapped, password: null);

        bench.Machine.GatheringState.Should().Be(IceGatheringState.Complete);
        bench.Events.OfType<LocalCandidateFound>().Any(e => e.Candidate.Address == Mapped).Should().Be(!nominated);
        bench.Machine.CreateLocalDescription().Streams[0].Candidates.Any(c => c.Address == Mapped).Should().Be(!nominated);
        bench.Machine.GatheringReport.Any(o => o.Detail.Contains("nominated", StringComparison.Ordinal)).Should().Be(nominated);
    }

    [Fact]
    [Rfc("ICE-8838-13-d")]
    public void Gathering_that_takes_too_long_ends_candidates_before_the_server_has_answered()
    {
        GatherBench bench = new GatherBench(new IceAgentMachineOptions { Servers = [Server], GatheringTimeout = TimeSpan.FromSeconds(2) }, On("eth0", "10.0.0.1")).Gather();
        bench.Run(1.999);
        bench.Machine.CreateLocalDescription().Streams[0].EndOfCandidates.Should().BeFalse();

        bench.Run(0.001);

        bench.Machine.CreateLocalDescription().Streams[0].EndOfCandidates.Should().BeTrue();
        Answer(bench);
        bench.Candidates.Should().ContainSingle("the answer came after the end").Which.Type.Should().Be(IceCandidateType.Host);
    }

    [Fact]
    [Rfc("ICE-8838-10-c")] // T26, T27
    public void A_reflexive_candidate_that_comes_when_the_peer_is_known_makes_no_second_pair_from_its_base()
    {
        GatherBench bench = new GatherBench(new IceAgentMachineOptions { Servers = [Server] }, On("eth0", "10.0.0.1")).Gather();
        bench.Machine.SetRemoteDescription(bench.Now, Peer(Remote("10.0.2.7"), Remote("10.0.2.8")));
        bench.Run(0.3);

        Answer(bench);

        bench.Candidates.Select(c => c.Type).Should().Equal(IceCandidateType.Host, IceCandidateType.ServerReflexive);
        bench.Machine.GetPairs(0).Should().HaveCount(2).And.OnlyContain(p => p.Local.Type == IceCandidateType.Host);
    }

    [Fact]
    [Rfc("ICE-8838-11-b")] // T26, T27
    public void A_candidate_of_the_peer_that_comes_later_is_paired_with_each_base_once()
    {
        GatherBench bench = new GatherBench(new IceAgentMachineOptions { Servers = [Server] }, On("eth0", "10.0.0.1")).Gather();
        bench.Run(0.1);
        Answer(bench);
        bench.Candidates.Should().HaveCount(2);
        bench.Machine.SetRemoteDescription(bench.Now, Peer());

        bench.Machine.AddRemoteCandidate(bench.Now, 0, Remote("10.0.2.7"));

        bench.Machine.GetPairs(0).Should().ContainSingle().Which.Local.Type.Should().Be(IceCandidateType.Host);
    }

    private static IceCandidate Remote(string address) => IceCandidate.Parse($"candidate:{address.Replace('.', '+')} 1 UDP 2130706431 {address} 4000 typ host");

    private static IceDescription Peer(params IceCandidate[] candidates) => new()
    {
        Options = ["ice2", "trickle"],
        Streams = [new IceStreamDescription { Mid = "audio", Ufrag = "peer", Password = "Zq3rT8yPw0nXk2LmB7vDcE", Candidates = candidates }],
    };

    /// <summary>The server answers what it was asked last.</summary>
    private static void Answer(GatherBench bench)
    {
        (MonotonicTime _, SocketHandle socket, TransportAddress server, byte[] bytes) = bench.Sent.Last(s => s.Destination.Address == IpAddress.Parse("192.0.2.1"));
        byte[] buffer = new byte[100];
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.SuccessResponse, StunTransactionId.Read(bytes.AsSpan(8)));
        writer.AddXorAddress(StunAttributeType.XorMappedAddress, Mapped);
        bench.Machine.HandleDatagram(bench.Now, new TransportPath(socket, server), writer.Written);
        bench.Drain();
    }
}
