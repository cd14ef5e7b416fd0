using IceSharp.Protocol;
using IceSharp.Simulation.Tests.Nats;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Virtual;

/// <summary>Interfaces that change, and networks that cannot be.</summary>
public sealed class TopologyTests
{
    private readonly VirtualNetwork _network = new(7);

    [Fact]
    public void An_interface_that_is_down_is_not_listed_and_carries_nothing_until_it_is_up_again()
    {
        VirtualHost host = _network.AddHost("laptop", "192.0.2.1");
        VirtualInterface wifi = host.AddInterface(IpAddress.Parse("192.0.2.2"));
        Endpoint local = new(host.Bind(TransportAddress.Parse("192.0.2.2:5000"))), peer = Endpoint.At(_network, "198.51.100.1:1000");
        int changes = 0;
        host.InterfacesChanged = () => changes++;

        wifi.IsUp = false;
        wifi.IsUp = false;
        local.Send(peer.Address, "out");
        peer.Send(local.Address, "in");
        _network.RunFor(TimeSpan.FromSeconds(1));
        host.ListAddresses().Select(a => a.Address.ToString()).Should().Equal("192.0.2.1");
        _network.Trace.Records.Select(r => r.Fate).Should().Equal(PacketFate.InterfaceDown, PacketFate.InterfaceDown);

        wifi.IsUp = true;
        local.Send(peer.Address, "again");
        _network.RunFor(TimeSpan.FromSeconds(1));
        peer.Received.Should().Equal("again");
        changes.Should().Be(2);
    }

    [Fact]
    public void Addresses_come_and_go_and_one_interface_has_several()
    {
        VirtualHost host = _network.AddHost("laptop", "192.0.2.1");
        VirtualInterface lan = host.Interfaces[0];
        lan.AddAddress(IpAddress.Parse("2001:db8::1"));
        lan.AddAddress(IpAddress.Parse("2001:db8::2"), isTemporary: true);
        host.ListAddresses().Select(a => (a.InterfaceName, $"{a.Address}", a.IsTemporary)).Should()
            .Equal(("eth0", "192.0.2.1", false), ("eth0", "2001:db8::1", false), ("eth0", "2001:db8::2", true));
        Endpoint old = new(host.Bind(TransportAddress.Parse("[2001:db8::2]:5000"))), peer = Endpoint.At(_network, "[2001:db8::9]:1000");
        old.Send(peer.Address, "before");

        lan.RemoveAddress(IpAddress.Parse("2001:db8::2"));
        old.Send(peer.Address, "after");
        _network.RunFor(TimeSpan.FromSeconds(1));
        peer.Received.Should().Equal("before");

        lan.ChangeAddress(IpAddress.Parse("192.0.2.77"));
        host.ListAddresses().Select(a => $"{a.Address}").Should().Equal("192.0.2.77");
        _network.AddHost("heir", "192.0.2.1").Address.ToString().Should().Be("192.0.2.1", "the old lease is free again");
        Action clash = () => lan.ChangeAddress(IpAddress.Parse("192.0.2.1"));
        clash.Should().Throw<InvalidOperationException>().WithMessage("*laptop*192.0.2.1*heir*");
    }

    // RFC 5128 §6.1: one private address stands in two networks, and checks for one host reach the other.
    [Fact]
    [Rfc("ICE-4787-4.4-a")]
    public void Private_addresses_may_overlap_and_lead_to_whoever_has_them_here()
    {
        Nat one = _network.AddNat("one", NatBehaviour.FullCone, "203.0.113.1"), two = _network.AddNat("two", NatBehaviour.FullCone, "203.0.113.2");
        Endpoint alice = Endpoint.At(_network, "192.168.1.2:5000", one.Inside), bob = Endpoint.At(_network, "192.168.1.2:5000", two.Inside);
        Endpoint neighbour = Endpoint.At(_network, "192.168.1.3:5000", two.Inside);

        neighbour.Send(TransportAddress.Parse("192.168.1.2:5000"), "for alice");
        _network.RunFor(TimeSpan.FromSeconds(1));

        (alice.Received.Count, bob.Received.Count).Should().Be((0, 1));
    }

    [Fact]
    public void The_router_says_that_a_network_is_not_reachable_where_it_is_told_to()
    {
        Endpoint local = Endpoint.At(_network, "192.0.2.1:1000");
        local.Send(TransportAddress.Parse("192.0.2.99:9"));
        _network.Internet.ReportsUnreachable = true;
        local.Send(TransportAddress.Parse("192.0.2.99:10"));
        VirtualStream stream = _network.Hosts[0].Connect(TransportAddress.Parse("192.0.2.1:0"), TransportAddress.Parse("192.0.2.99:80"));
        _network.RunFor(TimeSpan.FromSeconds(1));

        local.Errors.Should().Equal(new VirtualIcmpError(IcmpErrorKind.NetworkUnreachable, TransportAddress.Parse("192.0.2.99:10")));
        local.Errors[0].IsHard.Should().BeFalse();
        stream.End.Should().Be(VirtualStreamEnd.Unreachable);
    }

    public static TheoryData<string, string> Impossible => new()
    {
        { "unknown host", "*no host 'carol'*'alice'*" },
        { "second host of a name", "*'alice'*another name*" },
        { "nat with the name of a host", "*'alice'*another name*" },
        { "address clash", "*'bob'*192.0.2.1*'alice'*" },
        { "nat on a host's address", "*'nat'*192.0.2.1*'alice'*" },
        { "pool of two families", "*'nat'*one family*" },
        { "empty pool", "*'nat'*one family*" },
        { "no ports", "*'nat' has no ports*2 to 1*" },
        { "prefix over a host", "*'firewall'*192.0.2.0/24*192.0.2.1*'alice'*" },
        { "overlapping prefixes", "*'second'*2001:db8:1::/48*'first'*" },
        { "host in a prefix", "*'bob'*2001:db8:1::2*'first'*" },
        { "not a prefix", "*'2001:db8::'*" },
        { "second way out", "*'second'*'inside first'*'first'*IPv6*" },
        { "loop", "*'second'*loop*'inside first'*" },
        { "loop onto itself", "*'second'*loop*'inside first'*" },
        { "segment of another network", "*'inside first'*another network*" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void A_network_that_cannot_be_is_refused_with_what_to_mend(string what, string message)
    {
        _network.AddHost("alice", "192.0.2.1");
        Action build = what switch
        {
            "unknown host" => () => _network.GetHost("carol"),
            "second host of a name" => () => _network.AddHost("alice", "192.0.2.2"),
            "nat with the name of a host" => () => _network.AddNat("alice", NatBehaviour.FullCone, "192.0.2.2"),
            "address clash" => () => _network.AddHost("bob", "192.0.2.1"),
            "nat on a host's address" => () => _network.AddNat("nat", NatBehaviour.FullCone, "192.0.2.1"),
            "pool of two families" => () => _network.AddNat("nat", NatBehaviour.FullCone, ["203.0.113.1", "2001:db8::1"]),
            "empty pool" => () => _network.AddNat("nat", NatBehaviour.FullCone, (IReadOnlyList<string>)[]),
            "no ports" => () => _network.AddNat("nat", NatBehaviour.FullCone with { FirstPort = 2, LastPort = 1 }, "203.0.113.1"),
            "prefix over a host" => () => _network.AddFirewall("firewall", FirewallRules.Open, "192.0.2.0/24"),
            "overlapping prefixes" => () => _network.AddFirewall("second", FirewallRules.Open, "2001:db8:1::/48", outside: First().Outside),
            "host in a prefix" => () => _network.AddHost("bob", "2001:db8:1::2", First().Outside),
            "not a prefix" => () => _network.AddFirewall("firewall", FirewallRules.Open, "2001:db8::"),
            "second way out" => () => _network.AddFirewall("second", FirewallRules.Open, "2001:db8:2::/48", inside: First().Inside),
            "loop" => () => _network.AddFirewall("second", FirewallRules.Open, "192.0.2.128/25", inside: Outer(), outside: _network.AddNat("deep", NatBehaviour.FullCone, "10.9.9.9", Outer()).Inside),
            "loop onto itself" => () => _network.AddFirewall("second", FirewallRules.Open, "192.0.2.128/25", First().Inside, First().Inside),
            _ => () => new VirtualNetwork().AddHost("bob", "10.0.0.1", First().Inside),
        };

        build.Should().Throw<Exception>().WithMessage(message).Which.Should().Match(e => e is InvalidOperationException || e is ArgumentException || e is FormatException);
    }

    private Firewall? _first;

    private Firewall First() => _first ??= _network.AddFirewall("first", FirewallRules.Open, "2001:db8::/32");

    private VirtualSegment Outer() => First().Inside;
}
