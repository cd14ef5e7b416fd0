using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

/// <summary>What agents do when servers, relays, checks or the other side fail them: a defined end, and nothing held or spun on.</summary>
public class FailureTests
{
    private static readonly VirtualPairOptions RelayOnly = new()
    {
        UseStun = false,
        Agent = new IceAgentMachineOptions { TransportPolicy = IceTransportPolicy.RelayOnly },
    };

    [Fact]
    public void Closing_ends_at_its_timeout_when_the_relay_is_silent_and_leaves_nothing_to_wait_for()
    {
        using VirtualPair pair = VirtualPair.Create(RelayOnly);
        pair.Connect();
        pair.IsCompleted.Should().BeTrue();
        pair.Server!.Machine.Faults.IsSilent = true;

        pair.Offerer.Close();
        pair.Network.RunFor(TimeSpan.FromSeconds(5));

        pair.Offerer.Machine.State.Should().Be(IceConnectionState.Closed);
        pair.Offerer.Machine.NextTimeout.At.IsNever.Should().BeTrue();
        pair.Offerer.OpenSockets.Should().Be(0);
    }

    [Fact]
    [Rfc("TURN-8656-7.4-403")]
    public void A_relay_that_refuses_every_peer_fails_the_pairs_and_the_agent_says_so()
    {
        using VirtualPair pair = VirtualPair.Create(RelayOnly);
        pair.Server!.Machine.Faults.RefuseNext(StunMethod.CreatePermission, 403, count: 100);

        pair.Connect(TimeSpan.FromSeconds(60));
        pair.Network.RunFor(TimeSpan.FromSeconds(5));

        pair.Offerer.Machine.State.Should().Be(IceConnectionState.Failed);
        pair.Offerer.Events.OfType<PairStateChanged>().Should().Contain(e => e.Pair.State == IceCandidatePairState.Failed && e.Reason.Contains("403", StringComparison.Ordinal));
    }

    [Fact]
    public void An_allocation_that_is_lost_while_the_call_runs_ends_the_route_and_the_candidate()
    {
        using VirtualPair pair = VirtualPair.Create(RelayOnly);
        pair.Connect();
        pair.Offerer.Machine.GetRoute(0, 1)!.IsRelayed.Should().BeTrue();

        pair.Server!.Machine.Faults.RefuseNext(StunMethod.Refresh, 437, count: 10);
        pair.Server.Machine.Faults.RefuseNext(StunMethod.CreatePermission, 437, count: 10);
        pair.Network.RunFor(TimeSpan.FromMinutes(11));

        pair.Offerer.Machine.GetRoute(0, 1).Should().BeNull();
        pair.Offerer.Machine.State.Should().Be(IceConnectionState.Failed);
        pair.Offerer.CreateLocalDescription().Streams[0].Candidates.Should().BeEmpty("a lost relay is described no more");
        pair.Offerer.Events.OfType<StreamFailed>().Should().ContainSingle();
    }

    [Fact]
    public void A_candidate_that_comes_after_the_relay_was_lost_forms_no_pair_and_the_agent_still_ends()
    {
        using VirtualPair pair = VirtualPair.Create(RelayOnly);
        VirtualAgent offerer = pair.Offerer;
        offerer.StartGathering();
        pair.Network.RunUntil(() => offerer.Machine.GatheringState == IceGatheringState.Complete, TimeSpan.FromSeconds(20));
        IceDescription answer = WithoutCandidates(offerer.CreateLocalDescription());
        offerer.SetRemoteDescription(answer);
        pair.Server!.Machine.Faults.RefuseNext(StunMethod.CreatePermission, 437, count: 10);
        offerer.AddRemoteCandidate(0, Candidate("203.0.113.200", 4000));
        pair.Network.RunFor(TimeSpan.FromSeconds(2));

        offerer.AddRemoteCandidate(0, Candidate("203.0.113.201", 4000));
        pair.Network.RunFor(TimeSpan.FromSeconds(60));

        offerer.Machine.State.Should().Be(IceConnectionState.Failed);
    }

    [Fact]
    public void An_allocation_that_succeeds_after_gathering_gave_up_is_given_back()
    {
        using VirtualPair pair = VirtualPair.Create(RelayOnly with
        {
            Agent = RelayOnly.Agent with { GatheringTimeout = TimeSpan.FromSeconds(3) },
        });
        pair.Server!.Machine.Faults.IgnoreNext(StunMethod.Allocate, count: 3);
        pair.Offerer.StartGathering();
        pair.Network.RunFor(TimeSpan.FromSeconds(120));

        pair.Offerer.Machine.GatheringState.Should().Be(IceGatheringState.Complete);
        pair.Offerer.Machine.GatheringReport.Should().Contain(o => o.Result == GatheringResult.Timeout);
        pair.Server.Machine.Allocations.Should().BeEmpty();
        pair.Offerer.Machine.NextTimeout.At.IsNever.Should().BeTrue("nothing is kept alive that nobody uses");
    }

    [Fact]
    [Rfc("ICE-8445-6.1.3-a")]
    [Rfc("ICE-8445-8.1.2-e")]
    public void One_failed_stream_does_not_fail_the_others()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { UseStun = false, UseTurn = false });
        VirtualAgent offerer = pair.Offerer, answerer = pair.Answerer;
        foreach (VirtualAgent agent in new[] { offerer, answerer })
        {
            agent.AddDataStream("second");
            agent.StartGathering();
            pair.Network.RunUntil(() => agent.Machine.GatheringState == IceGatheringState.Complete, TimeSpan.FromSeconds(5));
        }

        answerer.SetRemoteDescription(offerer.CreateLocalDescription());
        IceDescription answer = answerer.CreateLocalDescription();
        TransportAddress cut = answer.Streams[1].Candidates[0].Address;
        pair.Network.DropRule = (_, source, destination, _) => source == cut || destination == cut;
        offerer.SetRemoteDescription(answer);
        pair.Network.RunFor(TimeSpan.FromSeconds(60));

        offerer.Events.OfType<StreamFailed>().Select(e => e.Stream).Should().Equal(1);
        offerer.Machine.State.Should().Be(IceConnectionState.Connected);
        offerer.Machine.GetRoute(0, 1)!.Pair.IsNominated.Should().BeTrue();
        offerer.Machine.GetRoute(1, 1).Should().BeNull();
    }

    [Fact]
    public void The_host_address_of_a_relay_only_agent_does_not_answer()
    {
        using VirtualPair pair = VirtualPair.Create(RelayOnly);
        pair.Connect();
        pair.IsCompleted.Should().BeTrue();
        IceStreamDescription offer = pair.Offerer.CreateLocalDescription().Streams[0];
        TransportAddress hidden = pair.Network.Trace.Records.First(r => r.Source.Address == pair.Offerer.Host.Address).Source;
        using VirtualSocket stranger = pair.Answerer.Host.Bind();
        int before = pair.Network.Trace.Records.Count;

        stranger.Send(hidden, Check(offer));
        pair.Network.RunFor(TimeSpan.FromSeconds(1));

        pair.Network.Trace.Records.Skip(before).Should().NotContain(r => r.Source == hidden && r.Destination == stranger.LocalAddress);
        pair.Offerer.Machine.GetDropCount(DropReason.UnacceptedSource).Should().BePositive();
    }

    [Fact]
    public void Relay_only_asks_no_STUN_server_and_reports_it()
    {
        using VirtualPair pair = VirtualPair.Create(RelayOnly with { UseStun = true });
        pair.Connect();

        pair.Network.Trace.Records.Should().NotContain(r => r.Destination == pair.StunServer!.Address);
        pair.Offerer.Machine.GatheringReport.Should().Contain(o => o.Server!.StartsWith("stun:", StringComparison.Ordinal) && o.Result == GatheringResult.Skipped);
    }

    [Fact]
    [Rfc("ICE-8489-9.1.4-a")]
    public void Wrong_credentials_are_told_from_silence()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { UseStun = false, UseTurn = false });
        VirtualAgent offerer = pair.Offerer, answerer = pair.Answerer;
        offerer.StartGathering();
        answerer.StartGathering();
        pair.Network.RunFor(TimeSpan.FromSeconds(1));
        answerer.SetRemoteDescription(WrongPassword(offerer.CreateLocalDescription()));
        offerer.SetRemoteDescription(WrongPassword(answerer.CreateLocalDescription()));
        pair.Network.RunFor(TimeSpan.FromSeconds(60));

        offerer.Machine.State.Should().Be(IceConnectionState.Failed);
        offerer.Events.OfType<PairStateChanged>().Last(e => e.Pair.State == IceCandidatePairState.Failed).Reason.Should().Contain("authentication");
    }

    [Fact]
    public void No_patience_and_no_pair_is_a_failure_and_not_a_fault()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions
        {
            UseStun = false,
            UseTurn = false,
            Agent = new IceAgentMachineOptions { PatienceTimeout = TimeSpan.Zero },
        });
        pair.Offerer.StartGathering();
        pair.Network.RunFor(TimeSpan.FromSeconds(1));

        pair.Offerer.SetRemoteDescription(WithoutCandidates(pair.Offerer.CreateLocalDescription()));

        pair.Offerer.Machine.State.Should().Be(IceConnectionState.Failed);
    }

    [Theory]
    [InlineData("abc", "0123456789012345678901", "ufrag")]
    [InlineData("ab-cd", "0123456789012345678901", "ufrag")]
    [InlineData("abcd", "short", "password")]
    public void A_description_with_credentials_outside_the_grammar_is_refused_with_its_reason(string ufrag, string password, string names)
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { UseStun = false, UseTurn = false });
        IceDescription description = pair.Offerer.CreateLocalDescription();
        IceDescription bad = description with { Streams = [description.Streams[0] with { Ufrag = ufrag, Password = password }] };

        Action set = () => pair.Offerer.SetRemoteDescription(bad);

        set.Should().Throw<ArgumentException>().WithMessage($"*{names}*").Which.Message.Should().NotContain(password);
    }

    private static byte[] Check(IceStreamDescription stream)
    {
        var buffer = new byte[300];
        using var key = StunIntegrityKey.ShortTerm(stream.Password);
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, new StunTransactionId(1, 2));
        writer.AddText(StunAttributeType.Username, $"{stream.Ufrag}:abcd");
        writer.AddUInt32(StunAttributeType.Priority, 1862270975);
        writer.AddUInt64(StunAttributeType.IceControlled, 1);
        writer.AddIntegrity(key);
        writer.AddFingerprint();
        return writer.Written.ToArray();
    }

    private static IceCandidate Candidate(string address, ushort port) => new()
    {
        Foundation = "x",
        Component = 1,
        Priority = 2130706431,
        Address = new TransportAddress(IpAddress.Parse(address), port),
        Type = IceCandidateType.Host,
    };

    private static IceDescription WithoutCandidates(IceDescription description) =>
        description with { Streams = [.. description.Streams.Select(s => s with { Candidates = [], EndOfCandidates = false })] };

    private static IceDescription WrongPassword(IceDescription description) =>
        description with { Streams = [.. description.Streams.Select(s => s with { Password = "wrongwrongwrongwrongwrong" })] };
}
