using IceSharp.Protocol;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Nats;

public sealed class FirewallTests
{
    private readonly VirtualNetwork _network = new(5);
    private readonly VirtualHost _server;
    private readonly Endpoint _peer;

    public FirewallTests()
    {
        _server = _network.AddHost("server", "2001:db8:ffff::1");
        _peer = new Endpoint(_server.Bind(1000));
        foreach (ushort port in new ushort[] { 80, 443 })
        {
            _server.Listen(new TransportAddress(_server.Address, port));
        }
    }

    public static TheoryData<string, bool, bool, bool, bool> Presets => new()
    {
        // rules, UDP out and its answer, unasked UDP in, TCP 80, TCP 443
        { nameof(FirewallRules.Open), true, true, true, true },
        { nameof(FirewallRules.Stateful), true, false, true, true },
        { nameof(FirewallRules.UdpBlocked), false, false, true, true },
        { nameof(FirewallRules.OnlyTcp443), false, false, false, true },
    };

    [Theory]
    [MemberData(nameof(Presets))]
    public void A_preset_lets_through_what_its_name_says(string preset, bool udp, bool unasked, bool tcp80, bool tcp443)
    {
        FirewallRules rules = (FirewallRules)typeof(FirewallRules).GetProperty(preset)!.GetValue(null)!;
        VirtualHost host = _network.AddHost("inside", "2001:db8:1::2", _network.AddFirewall("firewall", rules, "2001:db8:1::/48").Inside);
        Endpoint inside = new(host.Bind(5000));
        Endpoint stranger = Endpoint.At(_network, "[2001:db8:eeee::1]:1000");
        _peer.Socket.Receiver = (_, source, _) => _peer.Socket.Send(source, "answer"u8);

        inside.Send(_peer.Address);
        stranger.Send(inside.Address, "unasked");
        VirtualStream to80 = Connect(host, 80), to443 = Connect(host, 443);
        _network.RunFor(TimeSpan.FromSeconds(2));

        inside.Received.Contains("answer").Should().Be(udp);
        inside.Received.Contains("unasked").Should().Be(unasked);
        (to80.State, to443.State).Should().Be((Expected(tcp80), Expected(tcp443)));
        VirtualStreamState Expected(bool opens) => opens ? VirtualStreamState.Open : VirtualStreamState.Opening;
    }

    [Theory]
    [InlineData(NatFilteringBehaviour.EndpointIndependent, true, true)]
    [InlineData(NatFilteringBehaviour.AddressDependent, true, false)]
    [InlineData(NatFilteringBehaviour.AddressAndPortDependent, false, false)]
    public void Who_counts_as_answering_is_a_matter_of_the_filter(NatFilteringBehaviour filtering, bool otherPort, bool otherAddress)
    {
        Endpoint inside = Behind(FirewallRules.Stateful with { Filtering = filtering });
        Endpoint port = Endpoint.At(_network, "[2001:db8:ffff::1]:1001"), address = Endpoint.At(_network, "[2001:db8:eeee::1]:1000");
        inside.Send(_peer.Address);
        _network.RunFor(TimeSpan.FromSeconds(1));

        port.Send(inside.Address, "port");
        address.Send(inside.Address, "address");
        _network.RunFor(TimeSpan.FromSeconds(1));

        inside.Received.Contains("port").Should().Be(otherPort);
        inside.Received.Contains("address").Should().Be(otherAddress);
    }

    [Fact]
    public void A_flow_ends_when_nobody_uses_it_and_lives_by_either_side()
    {
        Endpoint inside = Behind(FirewallRules.Stateful with { UdpFlowLifetime = TimeSpan.FromSeconds(60) });
        inside.Send(_peer.Address);
        _network.RunFor(TimeSpan.FromSeconds(50));
        _peer.Send(inside.Address, "one");
        _network.RunFor(TimeSpan.FromSeconds(50));
        _peer.Send(inside.Address, "two");
        _network.RunFor(TimeSpan.FromSeconds(61));
        _peer.Send(inside.Address, "three");
        _network.RunFor(TimeSpan.FromSeconds(1));

        inside.Received.Should().Equal("one", "two");
        _network.Trace.Records[^1].Fate.Should().Be(PacketFate.Blocked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_forbidden_is_told_or_vanishes(bool rejects)
    {
        VirtualHost host = _network.AddHost("inside", "2001:db8:1::2", _network.AddFirewall("firewall", FirewallRules.OnlyTcp443 with { Rejects = rejects }, "2001:db8:1::/48").Inside);
        Endpoint inside = new(host.Bind(5000));
        inside.Send(_peer.Address);
        VirtualStream stream = Connect(host, 80);
        _network.RunFor(TimeSpan.FromSeconds(1));

        inside.Errors.Should().Equal(rejects ? [new VirtualIcmpError(IcmpErrorKind.Prohibited, _peer.Address)] : []);
        (stream.State, stream.End).Should().Be(rejects ? (VirtualStreamState.Closed, VirtualStreamEnd.Refused) : (VirtualStreamState.Opening, VirtualStreamEnd.None));
    }

    [Fact]
    public void A_home_has_a_nat_for_one_family_and_a_firewall_for_the_other()
    {
        Nat nat = _network.AddNat("router", NatBehaviour.PortRestrictedCone, "203.0.113.1");
        _network.AddFirewall("router, IPv6", FirewallRules.Stateful, "2001:db8:1::/48", inside: nat.Inside);
        VirtualHost host = _network.AddHost("inside", "10.0.0.2", nat.Inside);
        host.Interfaces[0].AddAddress(IpAddress.Parse("2001:db8:1::2"));
        Endpoint v4Peer = Endpoint.At(_network, "198.51.100.1:1000");

        new Endpoint(host.Bind(TransportAddress.Parse("10.0.0.2:5000"))).Send(v4Peer.Address);
        new Endpoint(host.Bind(TransportAddress.Parse("[2001:db8:1::2]:5000"))).Send(_peer.Address);
        _network.RunFor(TimeSpan.FromSeconds(1));

        v4Peer.Seen.Should().Be(TransportAddress.Parse("203.0.113.1:5000"));
        _peer.Seen.Should().Be(TransportAddress.Parse("[2001:db8:1::2]:5000"));
    }

    [Fact]
    public void A_nat_may_stand_behind_a_firewall()
    {
        Firewall office = _network.AddFirewall("office", FirewallRules.UdpBlocked, "203.0.113.0/24");
        Nat nat = _network.AddNat("nat", NatBehaviour.FullCone, "203.0.113.1", office.Inside);
        VirtualHost host = _network.AddHost("inside", "10.0.0.2", nat.Inside), server = _network.AddHost("web", "198.51.100.1");
        List<VirtualStream> accepted = [];
        server.Listen(new TransportAddress(server.Address, 443)).Accepted = accepted.Add;
        new Endpoint(host.Bind(5000)).Send(TransportAddress.Parse("198.51.100.1:1000"));
        host.Connect(new TransportAddress(host.Address, 0), new TransportAddress(server.Address, 443));
        _network.RunFor(TimeSpan.FromSeconds(1));

        accepted.Should().ContainSingle().Which.RemoteAddress.Address.Should().Be(nat.ExternalAddress);
        _network.Trace.Records.Should().ContainSingle(r => r.Protocol == IpProtocol.Udp).Which.Fate.Should().Be(PacketFate.Blocked);
    }

    private Endpoint Behind(FirewallRules rules) =>
        Endpoint.At(_network, "[2001:db8:1::2]:5000", _network.AddFirewall("firewall", rules, "2001:db8:1::/48").Inside);

    private VirtualStream Connect(VirtualHost host, ushort port) => host.Connect(new TransportAddress(host.Address, 0), new TransportAddress(_server.Address, port));
}
