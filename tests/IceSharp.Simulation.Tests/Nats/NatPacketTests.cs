using System.Text;
using IceSharp.Protocol;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Nats;

/// <summary>What a NAT does with errors, fragments, payloads and streams, and a NAT64 with families.</summary>
public sealed class NatPacketTests
{
    private readonly VirtualNetwork _network = new(4);
    private readonly Endpoint _peer;

    public NatPacketTests() => _peer = Endpoint.At(_network, "198.51.100.1:1000");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rfc("ICE-4787-9-a")]
    public void An_icmp_error_passes_or_not_and_never_ends_the_mapping(bool passes)
    {
        Nat nat = _network.AddNat("nat", NatBehaviour.PortRestrictedCone with { PassesIcmp = passes }, "203.0.113.1");
        Endpoint inside = Endpoint.At(_network, "10.0.0.2:5000", nat.Inside);
        _network.GetHost("host 198.51.100.1 in internet").AnswersWithIcmp = true;
        inside.Send(_peer.Address);
        inside.Send(new TransportAddress(_peer.Address.Address, 9));
        Run();

        inside.Errors.Should().Equal(passes
            ? [new VirtualIcmpError(IcmpErrorKind.PortUnreachable, TransportAddress.Parse("198.51.100.1:9"))]
            : []);
        inside.Errors.All(e => e.IsHard).Should().BeTrue();
        _peer.Send(_peer.Seen, "still there");
        Run();
        inside.Received.Should().Equal("still there");
    }

    [Fact]
    [Rfc("ICE-4787-9-a")]
    public void An_error_from_inside_names_the_address_outside()
    {
        Nat nat = _network.AddNat("nat", NatBehaviour.FullCone, "203.0.113.1");
        VirtualHost host = _network.AddHost("inside", "10.0.0.2", nat.Inside);
        host.AnswersWithIcmp = true;
        VirtualSocket socket = host.Bind(5000);
        socket.Send(_peer.Address, "x"u8);
        Run();
        socket.Dispose();
        _peer.Send(_peer.Seen);
        Run();

        _peer.Errors.Should().Equal(new VirtualIcmpError(IcmpErrorKind.PortUnreachable, TransportAddress.Parse("203.0.113.1:5000")));
    }

    [Theory]
    [InlineData(false, NatFragments.AnyOrder, true)]
    [InlineData(false, NatFragments.InOrder, true)]
    [InlineData(false, NatFragments.None, false)]
    [InlineData(true, NatFragments.AnyOrder, false)]
    [Rfc("ICE-4787-10-a")]
    public void A_datagram_that_is_too_big_for_the_outside_is_cut_or_reported(bool dontFragment, NatFragments fragments, bool arrives)
    {
        Nat nat = _network.AddNat("nat", NatBehaviour.FullCone with { Fragments = fragments }, "203.0.113.1", link: new LinkOptions { MtuBytes = 1280 });
        Endpoint inside = Endpoint.At(_network, "10.0.0.2:5000", nat.Inside);
        inside.Send(_peer.Address);
        Run();
        inside.Socket.DontFragment = _peer.Socket.DontFragment = dontFragment;
        string big = new('x', 1252), bigger = new('x', 1253);
        inside.Send(_peer.Address, big);
        Run();
        _peer.Received.Should().HaveCount(2, "20 + 8 + 1252 bytes fit exactly");

        _peer.Send(_peer.Seen, bigger);
        inside.Send(_peer.Address, bigger);
        Run();

        _peer.Received.Count.Should().Be(dontFragment ? 2 : 3, "it is cut behind the NAT");
        inside.Received.Count.Should().Be(arrives ? 1 : 0);
        VirtualIcmpError[] told = dontFragment ? [new VirtualIcmpError(IcmpErrorKind.TooBig, _peer.Address) { MtuBytes = 1280 }] : [];
        inside.Errors.Should().Equal(told);
        _network.Trace.Records.Any(r => r.Fate == PacketFate.FragmentsRefused).Should().Be(fragments == NatFragments.None);
    }

    [Theory]
    [InlineData(NatFragments.AnyOrder, 100)]
    [InlineData(NatFragments.InOrder, 50)]
    [Rfc("ICE-4787-10-a")]
    public void Fragments_that_overtake_each_other_are_taken_or_not(NatFragments fragments, int about)
    {
        Nat nat = _network.AddNat("nat", NatBehaviour.FullCone with { Fragments = fragments }, "203.0.113.1");
        Endpoint inside = Endpoint.At(_network, "10.0.0.2:5000", nat.Inside);
        inside.Send(_peer.Address);
        Run();
        nat.Link = new LinkOptions { MtuBytes = 1280, Jitter = TimeSpan.FromMilliseconds(5) };
        for (int i = 0; i < 100; i++)
        {
            _peer.Send(_peer.Seen, new string('x', 2000));
        }

        Run();
        inside.Received.Count.Should().BeInRange(about - 20, about);
    }

    [Fact]
    [Rfc("ICE-4787-7-a")]
    public void A_generic_alg_rewrites_addresses_in_clear_text_both_ways_and_nothing_under_tls()
    {
        Nat nat = _network.AddNat("nat", NatBehaviour.FullCone with { RewritesPayloads = true }, "203.0.113.1");
        VirtualHost host = _network.AddHost("inside", "10.0.0.2", nat.Inside), server = _network.AddHost("server", "192.0.2.1");
        Endpoint inside = new(host.Bind(5000));
        inside.Send(_peer.Address, "c=IN IP4 10.0.0.2 and 10.0.0.2");
        inside.Send(_peer.Address, "\n\0\0\u0002");
        Run();
        _peer.Send(_peer.Seen, "o=- 203.0.113.1");
        Run();
        _peer.Received[0].Should().Be("c=IN IP4 203.0.113.1 and 203.0.113.1");
        _peer.Received[1].Should().Be(Encoding.ASCII.GetString([203, 0, 113, 1]));
        inside.Received.Should().Equal("o=- 10.0.0.2");

        StringBuilder text = new();
        server.Listen(new TransportAddress(server.Address, 443), new VirtualCertificate("example.org")).Accepted =
            s => s.Receiver = (_, bytes) => text.Append(Encoding.ASCII.GetString(bytes));
        VirtualStream stream = host.Connect(new TransportAddress(host.Address, 0), new TransportAddress(server.Address, 443), "example.org");
        stream.Opened = () => stream.Send("10.0.0.2"u8);
        Run();
        text.ToString().Should().Be("10.0.0.2");
    }

    [Theory]
    [InlineData(NatUnsolicitedTcp.Drop, VirtualStreamState.Open)]
    [InlineData(NatUnsolicitedTcp.Reset, VirtualStreamState.Closed)]
    [Rfc("ICE-5128-3.4-a")]
    public void A_simultaneous_open_through_two_nats_meets_unless_one_resets_what_comes_too_early(NatUnsolicitedTcp unsolicited, VirtualStreamState expected)
    {
        NatBehaviour behaviour = NatBehaviour.PortRestrictedCone with { UnsolicitedTcp = unsolicited };
        VirtualHost left = Behind("left", behaviour, "203.0.113.1"), right = Behind("right", behaviour, "203.0.113.2");
        TransportAddress leftOutside = TransportAddress.Parse("203.0.113.1:5000"), rightOutside = TransportAddress.Parse("203.0.113.2:5000");

        VirtualStream one = left.Connect(new TransportAddress(left.Address, 5000), rightOutside);
        _network.RunFor(TimeSpan.FromMilliseconds(500));
        _network.Trace.Records.Should().Contain(r => r.Detail == "SYN" && r.Fate == PacketFate.NoMapping, "the other side's hole is still closed");
        VirtualStream two = right.Connect(new TransportAddress(right.Address, 5000), leftOutside);
        _network.RunFor(TimeSpan.FromSeconds(10));

        one.State.Should().Be(expected);
        (one.State == VirtualStreamState.Closed ? one.End : VirtualStreamEnd.None).Should()
            .Be(unsolicited == NatUnsolicitedTcp.Reset ? VirtualStreamEnd.Refused : VirtualStreamEnd.None);
        (two.State == VirtualStreamState.Open).Should().Be(unsolicited == NatUnsolicitedTcp.Drop);
    }

    [Fact]
    public void A_nat64_lets_hosts_with_ipv6_only_talk_to_ipv4_under_addresses_made_from_the_prefix()
    {
        Nat nat = _network.AddNat64("nat64", NatBehaviour.PortRestrictedCone, "203.0.113.1");
        Endpoint inside = Endpoint.At(_network, "[2001:db8:1::2]:5000", nat.Inside);
        TransportAddress made = new(nat.Synthesize(_peer.Address.Address), _peer.Address.Port);
        made.Should().Be(TransportAddress.Parse("[64:ff9b::c633:6401]:1000"));

        inside.Send(made, "from IPv6");
        inside.Send(TransportAddress.Parse("[2001:db8:9::9]:1"), "nowhere");
        Run();
        _peer.Received.Should().Equal("from IPv6");
        _peer.Seen.Should().Be(TransportAddress.Parse("203.0.113.1:5000"));
        _peer.Send(_peer.Seen, "from IPv4");
        Run();

        inside.Received.Should().Equal("from IPv4");
        inside.Seen.Should().Be(made);
        _network.Trace.Records.Should().ContainSingle(r => r.Fate == PacketFate.NoRoute, "a NAT64 leads to its prefix only");
    }

    [Fact]
    public void A_nat64_filters_as_any_nat_and_translates_errors()
    {
        Nat nat = _network.AddNat64("nat64", NatBehaviour.PortRestrictedCone, "203.0.113.1", "2001:db8:64::/96");
        _network.GetHost("host 198.51.100.1 in internet").AnswersWithIcmp = true;
        Endpoint inside = Endpoint.At(_network, "[2001:db8:1::2]:5000", nat.Inside), stranger = Endpoint.At(_network, "198.51.100.1:1001");
        inside.Send(new TransportAddress(nat.Synthesize(_peer.Address.Address), 1000));
        inside.Send(new TransportAddress(nat.Synthesize(_peer.Address.Address), 9));
        Run();
        stranger.Send(_peer.Seen, "stranger");
        Run();

        inside.Received.Should().BeEmpty();
        inside.Errors.Should().ContainSingle().Which.Destination.Should().Be(TransportAddress.Parse("[2001:db8:64::c633:6401]:9"));
        Action wrong = () => _network.AddNat64("wrong", NatBehaviour.FullCone, "203.0.113.2", "2001:db8::/64");
        wrong.Should().Throw<ArgumentException>().WithMessage("*wrong*96 bits*");
    }

    private VirtualHost Behind(string name, NatBehaviour behaviour, string external) =>
        _network.AddHost(name, "10.0.0.2", _network.AddNat($"{name}'s NAT", behaviour, external, link: new LinkOptions { Delay = TimeSpan.FromMilliseconds(10) }).Inside);

    private void Run() => _network.RunFor(TimeSpan.FromSeconds(1));
}
