using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Agent.CheckBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Lite agents, ours and the peer's (RFC 8445 §5.2, §7.3.2, §8.2; RFC 8839 §4.4).</summary>
public class LiteTests
{
    private static readonly IceAgentMachineOptions Lite = new() { IsLite = true };

    [Fact]
    [Rfc("ICE-8445-5.2-a")]
    [Rfc("ICE-8445-5.2-b")]
    [Rfc("ICE-8445-5.2-c")]
    [Rfc("ICE-8445-5.2-d")]
    [Rfc("ICE-8445-5.2-e")]
    [Rfc("ICE-8445-5.2-f")]
    public void A_lite_agent_has_one_host_candidate_a_family_and_component()
    {
        using var bench = new CheckBench(Lite, ["10.0.1.5", "10.0.1.6", "2001:db8::5", "2001:db8::6"], components: 2);
        IceDescription description = bench.Machine.CreateLocalDescription();
        IReadOnlyList<IceCandidate> candidates = description.Streams[0].Candidates;

        description.IsLite.Should().BeTrue();
        candidates.Should().HaveCount(4).And.OnlyContain(c => c.Type == IceCandidateType.Host);
        candidates.Select(c => (c.Component, c.Address.Family)).Should().OnlyHaveUniqueItems();
        candidates.Select(c => c.Priority).Should().OnlyHaveUniqueItems();
        candidates.GroupBy(c => c.Address.Address).Should().OnlyContain(g => g.Select(c => c.Foundation).Distinct().Count() == 1);
        candidates.Select(c => c.Foundation).Distinct().Should().HaveCount(2);
        candidates.First(c => c.Address.Family == IpFamily.IPv6 && c.Component == 1).Priority.Should().Be(IcePriority.Candidate(IceCandidateType.Host, 40, 1));
        candidates.First(c => c.Address.Family == IpFamily.IPv4 && c.Component == 2).Priority.Should().Be(IcePriority.Candidate(IceCandidateType.Host, 35, 2));

        TransportAddress chosen = candidates.First(c => c.Address.Family == IpFamily.IPv4).Address;
        IceDescription withDefault = description with { Streams = [description.Streams[0] with { DefaultDestination = chosen }] };
        withDefault.ToSdp().Should().Contain($"c=IN IP4 {chosen.Address}", "the application says which family is the default");
    }

    [Fact]
    [Rfc("ICE-8445-5.2-d")]
    public void With_IPv4_only_the_preference_is_the_highest()
    {
        using var bench = new CheckBench(Lite);
        bench.Machine.CreateLocalDescription().Streams[0].Candidates.Should().ContainSingle().Which.Priority.Should().Be(2130706431);
    }

    [Fact]
    public void A_lite_agent_takes_neither_servers_nor_a_relay_policy()
    {
        Action servers = () => _ = new CheckBench(new IceAgentMachineOptions { IsLite = true, Servers = [new IceServerSettings { Kind = IceServerKind.Stun, Host = "192.0.2.1" }] });
        Action policy = () => _ = new CheckBench(new IceAgentMachineOptions { IsLite = true, TransportPolicy = IceTransportPolicy.RelayOnly });
        servers.Should().Throw<ArgumentException>();
        policy.Should().Throw<ArgumentException>();
    }

    [Fact]
    [Rfc("ICE-8445-6.1.1-g")]
    [Rfc("ICE-8445-7.3.2-a")]
    [Rfc("ICE-8445-8.2-a")]
    [Rfc("ICE-8445-12.1.1-a")]
    public void A_lite_agent_is_silent_and_selects_what_the_full_peer_nominates_for_each_component()
    {
        using CheckBench bench = new CheckBench(Lite, components: 2).Tell(Candidate("10.0.2.7"), Candidate("10.0.2.7", component: 2));
        bench.Check("10.0.2.7", controlling: 1)!.IsSuccess.Should().BeTrue();
        bench.Run(60_000);
        bench.Checks.Should().BeEmpty();
        bench.Machine.State.Should().Be(IceConnectionState.Checking, "Running until it is concluded, however long that takes");
        bench.Machine.GetPairs(0).Should().BeEmpty();

        bench.Check("10.0.2.9", useCandidate: true, controlling: 1);
        bench.Machine.GetPairs(0).Should().ContainSingle(p => p.IsValid && p.IsNominated).Which.Remote.Address.Should().Be(Address("10.0.2.9"));
        bench.Machine.GetRoute(0, 1).Should().BeNull("component 2 has no valid pair yet");
        bench.Check("10.0.2.9", 4001, useCandidate: true, controlling: 1, at: 1);

        bench.Machine.State.Should().Be(IceConnectionState.Completed);
        bench.Machine.GetRoute(0, 1)!.Peer.Should().Be(Address("10.0.2.9"));
        bench.Machine.GetRoute(0, 2)!.Peer.Should().Be(Address("10.0.2.9", 4001));
    }

    [Fact]
    [Rfc("ICE-8839-4.4.1.3-a")]
    [Rfc("ICE-8839-4.4.1.3-b")]
    public void A_lite_agent_repeats_its_candidates_while_it_runs_and_names_the_selected_one_when_it_is_done()
    {
        using CheckBench bench = new CheckBench(Lite, ["10.0.1.5", "2001:db8::5"]).Tell(Candidate("10.0.2.7"));
        IceStreamDescription first = bench.Machine.CreateLocalDescription().Streams[0];
        IceStreamDescription again = bench.Machine.CreateLocalDescription().Streams[0];
        again.Candidates.Should().Equal(first.Candidates).And.HaveCount(2);
        (again.Ufrag, again.Password).Should().Be((first.Ufrag, first.Password));
        TransportAddress v4 = first.Candidates.First(c => c.Address.Family == IpFamily.IPv4).Address;
        int socket = bench.LocalAddresses.ToList().IndexOf(v4);

        bench.Check("10.0.2.7", useCandidate: true, at: socket);

        IceStreamDescription done = bench.Machine.CreateLocalDescription().Streams[0];
        done.Candidates.Should().ContainSingle().Which.Address.Should().Be(v4);
        done.DefaultDestination.Should().Be(v4);
        done.RemoteCandidates.Should().BeEmpty("a controlled agent names none");
    }

    [Fact]
    [Rfc("ICE-8445-6.1.1-c")]
    [Rfc("ICE-8445-8.2-b")]
    public void Two_lite_agents_with_one_pair_are_done_without_a_check()
    {
        using CheckBench bench = new CheckBench(Lite);
        bench.Machine.CreateLocalDescription();
        bench.Tell(bench.Description([Candidate("10.0.2.7")], isLite: true));

        bench.Machine.Role.Should().Be(IceRole.Controlling);
        bench.Machine.State.Should().Be(IceConnectionState.Completed);
        bench.Machine.GetRoute(0, 1)!.Peer.Should().Be(Address("10.0.2.7"));
        bench.Run(10_000).Checks.Should().BeEmpty();
    }

    [Fact]
    [Rfc("ICE-8445-8.2-b")]
    [Rfc("ICE-8445-8.2-c")]
    [Rfc("ICE-8839-4.4.1.3-b")]
    public void Two_lite_agents_with_several_pairs_choose_by_RFC_6724_and_are_done_after_another_exchange()
    {
        using var bench = new CheckBench(Lite, ["10.0.1.5", "2001:db8::5"]);
        bench.Machine.CreateLocalDescription();
        IceDescription peer = bench.Description([Candidate("10.0.2.7", preference: 35), Candidate("2001:db8::7", preference: 40)], isLite: true);
        bench.Tell(peer);
        bench.Machine.State.Should().Be(IceConnectionState.Connected);
        bench.Machine.GetRoute(0, 1)!.Peer.Should().Be(Address("2001:db8::7"), "IPv6 has the higher precedence");

        IceStreamDescription update = bench.Machine.CreateLocalDescription().Streams[0];
        update.RemoteCandidates.Should().Equal(new IceRemoteCandidate(1, Address("2001:db8::7")));
        update.Candidates.Should().ContainSingle().Which.Address.Family.Should().Be(IpFamily.IPv6);
        bench.Tell(peer);

        bench.Machine.State.Should().Be(IceConnectionState.Completed);
        bench.Checks.Should().BeEmpty();
    }

    [Fact]
    [Rfc("ICE-8839-4.4.2.2-a")]
    public void A_lite_agent_that_believes_to_control_and_is_told_remote_candidates_becomes_controlled_and_is_done()
    {
        using var bench = new CheckBench(Lite, ["10.0.1.5", "2001:db8::5"]);
        bench.Machine.CreateLocalDescription();
        IceDescription peer = bench.Description([Candidate("10.0.2.7", preference: 35), Candidate("2001:db8::7", preference: 40)], isLite: true);
        bench.Tell(peer);
        TransportAddress v4 = bench.LocalAddresses.First(a => a.Family == IpFamily.IPv4);

        bench.Tell(peer with { Streams = [peer.Streams[0] with { Candidates = [peer.Streams[0].Candidates[0]], RemoteCandidates = [new IceRemoteCandidate(1, v4)] }] });

        bench.Machine.Role.Should().Be(IceRole.Controlled);
        bench.Machine.State.Should().Be(IceConnectionState.Completed);
        bench.Machine.GetRoute(0, 1)!.Pair.Local.Address.Should().Be(v4);
    }

    [Fact]
    [Rfc("ICE-8839-4.4.3.2-a")]
    public void A_restart_of_a_lite_agent_begins_without_valid_pairs_and_data_goes_on_to_the_previous_selected_one()
    {
        using CheckBench bench = new CheckBench(Lite).Tell(Candidate("10.0.2.7"));
        bench.Check("10.0.2.7", useCandidate: true, controlling: 1);
        DataRoute before = bench.Machine.GetRoute(0, 1)!;
        string ufrag = bench.Machine.CreateLocalDescription().Streams[0].Ufrag;
        IceDescription peer = bench.Description([Candidate("10.0.2.8")]);

        bench.Tell(peer with { Streams = [peer.Streams[0] with { Ufrag = "other", Password = "anotherPasswordOfThePeer" }] });

        bench.Machine.CreateLocalDescription().Streams[0].Ufrag.Should().NotBe(ufrag);
        bench.Machine.GetPairs(0).Should().BeEmpty("the valid list is new");
        bench.Machine.State.Should().Be(IceConnectionState.Connected, "it runs again, and the previous pair carries data");
        bench.Run(1000).Machine.GetRoute(0, 1).Should().BeSameAs(before);
        bench.Check("10.0.2.8", useCandidate: true, controlling: 1, username: $"{bench.Machine.CreateLocalDescription().Streams[0].Ufrag}:other");
        bench.Machine.GetRoute(0, 1)!.Peer.Should().Be(Address("10.0.2.8"));
        bench.Machine.State.Should().Be(IceConnectionState.Completed);
    }

    [Fact]
    [Rfc("ICE-7675-1-a")]
    public void A_lite_agent_answers_requests_for_consent_and_sends_none()
    {
        using CheckBench bench = new CheckBench(Lite).Tell(Candidate("10.0.2.7"));
        bench.Check("10.0.2.7", useCandidate: true, controlling: 1);
        bench.Machine.State.Should().Be(IceConnectionState.Completed);

        for (int i = 0; i < 30; i++)
        {
            bench.Run(5000);
            bench.Check("10.0.2.7", controlling: 1)!.IsSuccess.Should().BeTrue();
        }

        bench.Checks.Should().BeEmpty();
        bench.Machine.GetRoute(0, 1).Should().NotBeNull("nothing expires at an agent that does not ask");
    }

    [Fact]
    [Rfc("ICE-8445-7.3-j")]
    public void A_full_agent_completes_with_a_lite_peer_that_never_checks()
    {
        using var bench = new CheckBench(new IceAgentMachineOptions());
        bench.Tell(bench.Description([Candidate("10.0.2.7"), Candidate("10.0.2.8", preference: 100)], isLite: true)).Run(60);
        bench.Answer(bench.Checks.First(c => c.To == Address("10.0.2.8")));

        bench.Run(500);

        SentDatagram nominating = bench.Checks.First(c => c.Message.Nominates);
        nominating.Milliseconds.Should().BeLessThan(400, "the better pair is given its turns, not the three seconds of a silent peer");
        bench.Answer(nominating);
        bench.Machine.State.Should().Be(IceConnectionState.Completed);
    }
}
