using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Dns;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

/// <summary>Gathering on a network: what is asked of whom, what it shows, and what becomes of it when servers or addresses go.</summary>
public class GatheringTests
{
    private static readonly IceServerSettings Stun = new() { Kind = IceServerKind.Stun, Host = "192.0.2.2" };
    private static readonly IceServerSettings Turn = new() { Kind = IceServerKind.Turn, Host = "192.0.2.1", Username = "user", Password = "password" };

    private readonly VirtualNetwork _network = new();

    [Theory]
    [Rfc("ICE-8445-5.1.1.2-a")]
    [InlineData(IceTransportPolicy.All, "host srflx relay")]
    [InlineData(IceTransportPolicy.NoRelay, "host srflx")]
    [InlineData(IceTransportPolicy.HostOnly, "host")]
    [InlineData(IceTransportPolicy.NoHost, "srflx relay")]
    [InlineData(IceTransportPolicy.RelayOnly, "relay")]
    public void The_transport_policy_decides_which_kinds_are_gathered(IceTransportPolicy policy, string kinds)
    {
        VirtualAgent agent = Behind(NatBehaviour.PortRestrictedCone, new IceAgentMachineOptions { TransportPolicy = policy, Servers = [Stun, Turn] });
        Gather(agent);

        Kinds(agent).Should().Be(kinds);
        agent.CreateLocalDescription().ToSdp().Contains("10.0.0.2", StringComparison.Ordinal).Should().Be(kinds.Contains("host", StringComparison.Ordinal));
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1-a")]
    [Rfc("ICE-8445-5.1.1.2-i")]
    [Rfc("ICE-8445-5.1.1.2-g")]
    public void One_Allocate_with_the_credential_gives_a_reflexive_and_a_relayed_candidate()
    {
        VirtualAgent agent = Behind(NatBehaviour.PortRestrictedCone, new IceAgentMachineOptions { Servers = [Turn] });
        Gather(agent);

        Kinds(agent).Should().Be("host srflx relay");
        IReadOnlyList<IceCandidate> candidates = agent.CreateLocalDescription().Streams[0].Candidates;
        candidates.Should().OnlyContain(c => c.Component == 1 && c.Transport == IceTransport.Udp && c.Priority > 0 && c.Foundation.Length > 0);
        candidates.Where(c => c.Type != IceCandidateType.Host).Should().OnlyContain(c => c.RelatedAddress != null);
        List<byte[]> requests = [.. Sent(agent).Where(r => r.Destination.Address == IpAddress.Parse("192.0.2.1")).Select(r => r.Bytes.ToArray())];
        requests.Should().HaveCount(2, "a challenge and its answer");
        Has(requests[0], StunAttributeType.Username).Should().BeFalse();
        Has(requests[1], StunAttributeType.Username).Should().BeTrue();
    }

    [Fact]
    public void After_a_restart_each_candidate_has_the_priority_it_had_whichever_server_tells_it_first()
    {
        VirtualAgent agent = Behind(NatBehaviour.PortRestrictedCone, new IceAgentMachineOptions { Servers = [Stun, Turn] });
        Gather(agent);
        string[] before = Priorities(agent);

        agent.Machine.Restart(_network.Now, null);
        Gather(agent);

        Priorities(agent).Should().Equal(before).And.HaveCount(3);
    }

    [Theory]
    [Rfc("ICE-8445-5.1.1.2-j")]
    [InlineData(486)]
    [InlineData(508)]
    public void A_TURN_server_without_resources_is_asked_for_the_reflexive_address(int code)
    {
        VirtualAgent agent = Behind(NatBehaviour.PortRestrictedCone, new IceAgentMachineOptions { Servers = [Turn] }, out VirtualStunTurnServer turn);
        turn.Machine.Faults.RefuseNext(StunMethod.Allocate, code, count: 10);
        Gather(agent);

        Kinds(agent).Should().Be("host srflx");
        PacketRecord[] asked = [.. Sent(agent).Where(r => r.Destination == turn.Address)];
        asked[^1].Bytes.Span[..2].ToArray().Should().Equal(0x00, 0x01);
        asked.Zip(asked.Skip(1), (a, b) => (b.SentAt - a.SentAt).TotalMilliseconds).Should().OnlyContain(gap => gap >= 50, "each takes a slot of Ta");
        agent.Machine.GatheringReport.Should().Contain(o => o.Result == GatheringResult.ServerError && o.ErrorCode == code);
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.2-d")]
    public void Servers_are_found_by_SRV_records_in_their_order_and_the_second_serves_when_the_first_is_dead()
    {
        VirtualAgent agent = Behind(
            NatBehaviour.PortRestrictedCone, new IceAgentMachineOptions { Servers = [new IceServerSettings { Kind = IceServerKind.Stun, Host = "example.org" }] });
        _network.AddService("_stun._udp.example.org", new SrvRecord(20, 0, 3478, "second.example.org"));
        _network.AddService("_stun._udp.example.org", new SrvRecord(10, 0, 3479, "first.example.org"));
        _network.AddName("first.example.org", "192.0.2.99");
        _network.AddName("second.example.org", "192.0.2.2");
        Gather(agent);

        Sent(agent).Select(r => $"{r.Destination}").Distinct().Should().Equal("192.0.2.99:3479", "192.0.2.2:3478");
        Kinds(agent).Should().Be("host srflx");
        agent.Machine.GatheringReport.Should().OnlyContain(o => o.Server == null || o.Server == "stun:example.org");
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.2-m")]
    public void An_agent_with_IPv6_only_finds_its_reflexive_address_through_a_NAT64()
    {
        Nat nat = _network.AddNat64("nat64", NatBehaviour.PortRestrictedCone, "203.0.113.1");
        _network.AddServer("stun", "192.0.2.2");
        _network.AddName("ipv4only.arpa", "64:ff9b::c000:aa", "64:ff9b::c000:ab");
        VirtualHost host = _network.AddHost("agent", "2001:db8:1::2", nat.Inside);
        VirtualAgent agent = Agent(host, new IceAgentMachineOptions { Servers = [Stun] });
        Gather(agent);

        IceCandidate reflexive = agent.CreateLocalDescription().Streams[0].Candidates.Should().ContainSingle(c => c.Type == IceCandidateType.ServerReflexive).Subject;
        reflexive.Address.Address.Should().Be(IpAddress.Parse("203.0.113.1"));
        (reflexive.Priority >> 24).Should().Be(100);
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.4-a")]
    [Rfc("ICE-8445-5.1.1.4-b")]
    [Rfc("ICE-8445-5.1.1.4-c")]
    public void Reflexive_bindings_are_kept_by_Binding_requests_and_allocations_by_Refresh_until_ICE_is_done()
    {
        VirtualAgent agent = Behind(
            NatBehaviour.PortRestrictedCone,
            new IceAgentMachineOptions { Servers = [Stun, Turn], PatienceTimeout = TimeSpan.FromMinutes(10) },
            out VirtualStunTurnServer turn);
        Gather(agent);
        TransportAddress @base = agent.CreateLocalDescription().Streams[0].Candidates.First(c => c.Type == IceCandidateType.Host).Address;
        _network.RunFor(TimeSpan.FromMinutes(12));

        PacketRecord[] bindings = [.. Sent(agent).Where(r => r.Destination.Address == IpAddress.Parse("192.0.2.2"))];
        bindings.Should().OnlyContain(r => r.Source == @base);
        bindings.Zip(bindings.Skip(1), (a, b) => (b.SentAt - a.SentAt).TotalSeconds).Should().OnlyContain(gap => gap <= 15.5, "bindings of NATs last 30 s and more");
        turn.Machine.Allocations.Should().ContainSingle("12 min are more than the lifetime of 10 min");
        Sent(agent).Where(r => r.Destination == turn.Address).Select(r => Convert.ToHexString(r.Bytes.Span[..2])).Should().NotContain("0001", "Refresh keeps the binding as well");
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.4-a")]
    public void A_relay_that_waits_for_a_peer_behind_a_NAT_that_forgets_in_30_s_outlives_its_refreshes()
    {
        VirtualAgent agent = Behind(
            NatBehaviour.Symmetric with { MappingLifetime = TimeSpan.FromSeconds(30) },
            new IceAgentMachineOptions { Servers = [Turn], TransportPolicy = IceTransportPolicy.RelayOnly, PatienceTimeout = TimeSpan.FromMinutes(10) },
            out VirtualStunTurnServer turn);
        Gather(agent);
        _network.RunFor(TimeSpan.FromMinutes(25));

        turn.Machine.Allocations.Should().ContainSingle("a Refresh from another port of the NAT would find none");
        Kinds(agent).Should().Be("relay");
        PacketRecord[] sent = [.. Sent(agent)];
        sent.Zip(sent.Skip(1), (a, b) => (b.SentAt - a.SentAt).TotalSeconds).Should().OnlyContain(gap => gap <= 15.5).And.OnlyContain(gap => gap >= 0);
        sent.Should().HaveCountLessThan(110, "one in 15 s, and two refreshes");
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.4-d")]
    public void An_interface_that_goes_in_the_middle_of_a_call_fails_its_pairs_and_another_one_takes_over()
    {
        VirtualHost host = _network.AddHost("left", "198.51.100.1");
        VirtualInterface second = host.AddInterface(IpAddress.Parse("198.51.100.3"));
        VirtualHost other = _network.AddHost("right", "198.51.100.2");
        var pair = new VirtualPair(Agent(host, new IceAgentMachineOptions()), Agent(other, new IceAgentMachineOptions()));
        pair.Connect();
        pair.IsCompleted.Should().BeTrue();
        _network.RunFor(TimeSpan.FromSeconds(1));
        IpAddress used = pair.Offerer.Machine.GetRoute(0, 1)!.Pair.Local.Address.Address;

        VirtualInterface gone = host.Interfaces.First(i => i.Address == used);
        host.RemoveInterface(gone);
        _network.RunFor(TimeSpan.FromSeconds(1));

        pair.Offerer.Machine.GetPairs(0).Where(p => p.Local.Address.Address == used).Should().OnlyContain(p => p.State == IceCandidatePairState.Failed);
        pair.Offerer.Events.OfType<LocalAddressesChanged>().Should().ContainSingle().Which.Removed.Should().ContainSingle(a => a.Address == used);
        pair.Offerer.CreateLocalDescription().Streams[0].Candidates.Should().ContainSingle().Which.Address.Address.Should().NotBe(used);
        pair.Offerer.Machine.GetRoute(0, 1)?.Pair.Local.Address.Address.Should().NotBe(used);
        second.Should().NotBeNull();
    }

    [Fact]
    [Rfc("ICE-8828-5.2-d")]
    [Rfc("ICE-8828-6.2-a")]
    public void Of_three_interfaces_only_the_one_of_the_default_route_is_used_and_finding_it_sends_nothing()
    {
        VirtualHost host = _network.AddHost("agent", "198.51.100.1");
        VirtualInterface chosen = host.AddInterface(IpAddress.Parse("198.51.100.2"));
        host.AddInterface(IpAddress.Parse("198.51.100.3"));
        host.DefaultInterface = chosen;
        VirtualAgent agent = Agent(host, new IceAgentMachineOptions { IPHandling = IceIPHandling.DefaultRoute });

        Gather(agent);

        agent.CreateLocalDescription().Streams[0].Candidates.Should().ContainSingle().Which.Address.Address.Should().Be(chosen.Address);
        _network.Trace.Records.Should().BeEmpty();
    }

    [Fact]
    [Rfc("ICE-8838-20-a")]
    [Rfc("ICE-8839-9.1-a")]
    public void With_relays_only_the_first_description_is_empty_and_what_trickles_shows_no_address_of_ours()
    {
        VirtualAgent agent = Behind(NatBehaviour.PortRestrictedCone, new IceAgentMachineOptions { TransportPolicy = IceTransportPolicy.RelayOnly, Servers = [Stun, Turn] });
        agent.CreateLocalDescription().Streams[0].Candidates.Should().BeEmpty();

        Gather(agent);

        IceCandidate told = agent.Events.OfType<LocalCandidateFound>().Should().ContainSingle().Which.Candidate;
        told.Type.Should().Be(IceCandidateType.Relayed);
        told.ToSdp().Should().Contain(" raddr 0.0.0.0 rport 9");
        agent.CreateLocalDescription().ToSdp().Should().NotContain("10.0.0.2").And.NotContain("203.0.113.1");
    }

    [Theory]
    [InlineData(IceIPHandling.AllInterfaces)]
    [InlineData(IceIPHandling.DefaultRoute)]
    [InlineData(IceIPHandling.DefaultRouteOnly)]
    [InlineData(IceIPHandling.ForceProxy)]
    public void Two_agents_connect_directly_in_every_mode(IceIPHandling mode)
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions
        {
            OffererNat = NatBehaviour.PortRestrictedCone,
            AnswererNat = NatBehaviour.PortRestrictedCone,
            Agent = new IceAgentMachineOptions { IPHandling = mode },
        });
        pair.Connect();

        pair.IsCompleted.Should().BeTrue();
        pair.Offerer.Machine.GetRoute(0, 1)!.IsRelayed.Should().BeFalse();
        foreach (VirtualAgent agent in new[] { pair.Offerer, pair.Answerer })
        {
            bool showsHost = agent.CreateLocalDescription().Streams[0].Candidates.Any(c => c.Type == IceCandidateType.Host);
            showsHost.Should().Be(mode is IceIPHandling.AllInterfaces or IceIPHandling.DefaultRoute);
        }
    }

    [Fact]
    [Rfc("ICE-8828-5.2-h")]
    public void With_a_TURN_server_of_the_enterprise_the_preferred_route_is_through_it()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions
        {
            Agent = new IceAgentMachineOptions { IPHandling = IceIPHandling.DefaultRoute, TypePreferences = IceTypePreferences.RelayFirst },
        });
        pair.Connect();

        pair.IsCompleted.Should().BeTrue();
        pair.Offerer.Machine.GetRoute(0, 1)!.Pair.Local.Type.Should().Be(IceCandidateType.Relayed);
    }

    [Fact]
    [Rfc("ICE-8421-4-e")]
    public void Agents_with_different_policies_have_one_order_of_pairs()
    {
        using VirtualPair pair = new(
            Agent(Dual("left", 1), new IceAgentMachineOptions { TypePreferences = IceTypePreferences.RelayFirst }), Agent(Dual("right", 2), new IceAgentMachineOptions()));
        pair.Start();
        _network.RunUntil(() => pair.Offerer.Machine.GetPairs(0).Count > 1 && pair.Answerer.Machine.GetPairs(0).Count > 1, TimeSpan.FromSeconds(5));

        IEnumerable<(string, string, ulong)> Of(VirtualAgent agent, bool mirrored) => agent.Machine.GetPairs(0).Select(p =>
            mirrored ? ($"{p.Remote.Address}", $"{p.Local.Address}", p.Priority) : ($"{p.Local.Address}", $"{p.Remote.Address}", p.Priority));
        Of(pair.Offerer, mirrored: false).Should().Equal(Of(pair.Answerer, mirrored: true)).And.HaveCountGreaterThan(1);
    }

    private VirtualHost Dual(string name, int number)
    {
        VirtualHost host = _network.AddHost(name, $"198.51.100.{number}");
        host.AddInterface(IpAddress.Parse($"2001:db8::{number}"));
        return host;
    }

    private VirtualAgent Behind(NatBehaviour behaviour, IceAgentMachineOptions options) => Behind(behaviour, options, out _);

    private VirtualAgent Behind(NatBehaviour behaviour, IceAgentMachineOptions options, out VirtualStunTurnServer turn)
    {
        Nat nat = _network.AddNat("nat", behaviour, "203.0.113.1");
        turn = _network.AddServer("turn", "192.0.2.1", new StunTurnServerOptions { Users = new Dictionary<string, string> { ["user"] = "password" } });
        _network.AddServer("stun", "192.0.2.2");
        return Agent(_network.AddHost("agent", "10.0.0.2", nat.Inside), options);
    }

    private static VirtualAgent Agent(VirtualHost host, IceAgentMachineOptions options)
    {
        VirtualAgent agent = new(host, options);
        agent.AddDataStream();
        return agent;
    }

    private void Gather(VirtualAgent agent)
    {
        agent.StartGathering();
        _network.RunUntil(() => agent.Machine.GatheringState == IceGatheringState.Complete, TimeSpan.FromSeconds(20)).Should().Be(RunOutcome.Reached);
    }

    private IEnumerable<PacketRecord> Sent(VirtualAgent agent) => _network.Trace.Records.Where(r => r.Source.Address == agent.Host.Address);

    private static string Kinds(VirtualAgent agent) => string.Join(' ', agent.CreateLocalDescription().Streams[0].Candidates.Select(c => c.Type switch
    {
        IceCandidateType.Host => "host",
        IceCandidateType.ServerReflexive => "srflx",
        IceCandidateType.Relayed => "relay",
        _ => "prflx",
    }).Distinct().OrderBy(k => k == "host" ? 0 : k == "srflx" ? 1 : 2));

    private static bool Has(byte[] message, StunAttributeType type) =>
        StunReader.TryParse(message, out StunReader reader) == StunParseStatus.Ok && reader.Has(type);

    private static string[] Priorities(VirtualAgent agent) =>
        [.. agent.CreateLocalDescription().Streams[0].Candidates.Select(c => $"{c.Type} {c.Address} {c.Priority}").Order(StringComparer.Ordinal)];
}
