using IceSharp.Protocol;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Nats;

public class NatTests
{
    private readonly VirtualNetwork _network = new(3);

    [Theory]
    [InlineData(NatMappingBehaviour.EndpointIndependent, true, true)]
    [InlineData(NatMappingBehaviour.AddressDependent, true, false)]
    [InlineData(NatMappingBehaviour.AddressAndPortDependent, false, false)]
    [Rfc("ICE-4787-4.1-a")]
    public void The_external_port_depends_on_as_much_of_the_destination_as_the_mapping_says(NatMappingBehaviour mapping, bool sameForPort, bool sameForAddress)
    {
        Inside inside = Behind(new NatBehaviour { Mapping = mapping, PortAllocation = NatPortAllocation.Random });
        Peer first = PeerAt("198.51.100.1:1000"), otherPort = PeerAt("198.51.100.1:1001"), otherAddress = PeerAt("198.51.100.2:1000");

        foreach (Peer peer in new[] { first, otherPort, otherAddress })
        {
            inside.Socket.Send(peer.Address, "x"u8);
        }

        _network.RunFor(TimeSpan.FromSeconds(1));
        (otherPort.Seen == first.Seen).Should().Be(sameForPort);
        (otherAddress.Seen == first.Seen).Should().Be(sameForAddress);
        first.Seen.Address.Should().Be(inside.Nat.ExternalAddress);
    }

    [Theory]
    [InlineData(NatFilteringBehaviour.EndpointIndependent, true, true)]
    [InlineData(NatFilteringBehaviour.AddressDependent, true, false)]
    [InlineData(NatFilteringBehaviour.AddressAndPortDependent, false, false)]
    [Rfc("ICE-4787-5-a")]
    public void Strangers_get_in_as_far_as_the_filter_lets_them(NatFilteringBehaviour filtering, bool otherPortGetsIn, bool otherAddressGetsIn)
    {
        foreach (NatMappingBehaviour mapping in Enum.GetValues<NatMappingBehaviour>())
        {
            VirtualNetwork network = new(3);
            Inside inside = Behind(new NatBehaviour { Mapping = mapping, Filtering = filtering }, network);
            Peer known = PeerAt("198.51.100.1:1000", network), otherPort = PeerAt("198.51.100.1:1001", network), otherAddress = PeerAt("198.51.100.2:1000", network);
            inside.Socket.Send(known.Address, "x"u8);
            network.RunFor(TimeSpan.FromSeconds(1));

            known.Socket.Send(known.Seen, "known"u8);
            otherPort.Socket.Send(known.Seen, "port"u8);
            otherAddress.Socket.Send(known.Seen, "address"u8);
            network.RunFor(TimeSpan.FromSeconds(1));

            inside.Received.Contains("known").Should().BeTrue();
            inside.Received.Contains("port").Should().Be(otherPortGetsIn, "mapping is {0}", mapping);
            inside.Received.Contains("address").Should().Be(otherAddressGetsIn, "mapping is {0}", mapping);
        }
    }

    [Fact]
    [Rfc("ICE-4787-4.3-a")]
    public void A_mapping_lives_for_its_lifetime_after_the_last_datagram_from_inside()
    {
        Inside inside = Behind(NatBehaviour.FullCone);
        Peer peer = PeerAt("198.51.100.1:1000");
        inside.Socket.Send(peer.Address, "x"u8);
        _network.RunFor(TimeSpan.FromSeconds(100));
        inside.Socket.Send(peer.Address, "x"u8);

        _network.RunFor(TimeSpan.FromSeconds(120) - TimeSpan.FromTicks(1));
        peer.Socket.Send(peer.Seen, "alive"u8);
        _network.RunFor(TimeSpan.FromTicks(1));
        peer.Socket.Send(peer.Seen, "late"u8);
        _network.RunFor(TimeSpan.FromSeconds(1));

        inside.Received.Should().Equal("alive");
        _network.Trace.Records[^1].Fate.Should().Be(PacketFate.NoMapping);
        inside.Nat.MappingCount.Should().Be(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rfc("ICE-4787-4.3-a")]
    public void Datagrams_from_outside_refresh_only_where_the_behaviour_says_so(bool inboundRefreshes)
    {
        Inside inside = Behind(NatBehaviour.FullCone with { InboundRefreshes = inboundRefreshes });
        Peer peer = PeerAt("198.51.100.1:1000");
        inside.Socket.Send(peer.Address, "x"u8);
        for (int i = 0; i < 3; i++)
        {
            _network.RunFor(TimeSpan.FromSeconds(50));
            peer.Socket.Send(peer.Seen, "y"u8);
        }

        _network.RunFor(TimeSpan.FromSeconds(1));
        inside.Received.Count.Should().Be(inboundRefreshes ? 3 : 2);
    }

    [Theory]
    [InlineData(NatHairpinning.None)]
    [InlineData(NatHairpinning.ExternalSource)]
    [InlineData(NatHairpinning.InternalSource)]
    [Rfc("ICE-4787-6-a")]
    public void Hairpinning_drops_or_shows_the_source_as_the_behaviour_says(NatHairpinning hairpinning)
    {
        Inside one = Behind(NatBehaviour.FullCone with { Hairpinning = hairpinning });
        Peer two = PeerAt("10.0.0.3:1000", segment: one.Nat.Inside), outside = PeerAt("198.51.100.1:1000");
        two.Socket.Send(outside.Address, "x"u8);
        _network.RunFor(TimeSpan.FromSeconds(1));

        one.Socket.Send(outside.Seen, "over the hairpin"u8);
        _network.RunFor(TimeSpan.FromSeconds(1));

        TransportAddress expected = hairpinning switch
        {
            NatHairpinning.None => default,
            NatHairpinning.ExternalSource => new TransportAddress(one.Nat.ExternalAddress, one.Socket.LocalAddress.Port),
            _ => one.Socket.LocalAddress,
        };
        two.Seen.Should().Be(expected);
    }

    [Fact]
    [Rfc("ICE-4787-4.2.1-a")]
    public void A_preserving_nat_keeps_the_port_until_it_collides()
    {
        Inside one = Behind(NatBehaviour.PortRestrictedCone);
        VirtualSocket two = _network.AddHost("two", "10.0.0.3", one.Nat.Inside).Bind(one.Socket.LocalAddress.Port);
        Peer peer = PeerAt("198.51.100.1:1000");

        one.Socket.Send(peer.Address, "x"u8);
        _network.RunFor(TimeSpan.FromSeconds(1));
        peer.Seen.Port.Should().Be(one.Socket.LocalAddress.Port);
        two.Send(peer.Address, "x"u8);
        _network.RunFor(TimeSpan.FromSeconds(1));
        peer.Seen.Port.Should().NotBe(one.Socket.LocalAddress.Port);
    }

    [Fact]
    public void A_nat_without_a_free_port_drops_and_says_so()
    {
        Inside inside = Behind(NatBehaviour.Symmetric with { FirstPort = 2000, LastPort = 2001 });
        foreach (string peer in new[] { "198.51.100.1:1", "198.51.100.1:2", "198.51.100.1:3" })
        {
            inside.Socket.Send(TransportAddress.Parse(peer), "x"u8);
        }

        _network.RunFor(TimeSpan.FromSeconds(1));
        _network.Trace.Records.Count(r => r.Fate == PacketFate.PortsExhausted).Should().Be(1);
    }

    [Fact]
    [Rfc("ICE-4787-4.4-a")]
    public void A_nat_behind_a_nat_translates_twice_and_back()
    {
        Nat carrier = _network.AddNat("carrier", NatBehaviour.PortRestrictedCone, "203.0.113.9");
        Nat home = _network.AddNat("home", NatBehaviour.Symmetric, "100.64.0.2", carrier.Inside);
        VirtualSocket socket = _network.AddHost("alice", "10.0.0.2", home.Inside).Bind();
        List<TransportAddress> sources = [];
        socket.Receiver = (_, source, _) => sources.Add(source);
        Peer peer = PeerAt("198.51.100.1:1000");

        socket.Send(peer.Address, "x"u8);
        _network.RunFor(TimeSpan.FromSeconds(1));
        peer.Socket.Send(peer.Seen, "y"u8);
        _network.RunFor(TimeSpan.FromSeconds(1));

        peer.Seen.Address.Should().Be(carrier.ExternalAddress);
        sources.Should().Equal(peer.Address);
    }

    [Fact]
    public void A_reboot_forgets_every_mapping()
    {
        Inside inside = Behind(NatBehaviour.FullCone);
        Peer peer = PeerAt("198.51.100.1:1000");
        inside.Socket.Send(peer.Address, "x"u8);
        _network.RunFor(TimeSpan.FromSeconds(1));
        inside.Nat.MappingCount.Should().Be(1);

        inside.Nat.Reboot();
        peer.Socket.Send(peer.Seen, "y"u8);
        _network.RunFor(TimeSpan.FromSeconds(1));
        inside.Received.Should().BeEmpty();
    }

    private Inside Behind(NatBehaviour behaviour, VirtualNetwork? network = null)
    {
        VirtualNetwork at = network ?? _network;
        Nat nat = at.AddNat("nat", behaviour, "203.0.113.1");
        return new Inside(nat, at.AddHost("inside", "10.0.0.2", nat.Inside).Bind());
    }

    private Peer PeerAt(string address, VirtualNetwork? network = null, VirtualSegment? segment = null)
    {
        VirtualNetwork at = network ?? _network;
        TransportAddress parsed = TransportAddress.Parse(address);
        VirtualHost host = at.Hosts.FirstOrDefault(h => h.Address == parsed.Address) ?? at.AddHost(address, parsed.Address.ToString(), segment);
        return new Peer(host.Bind(parsed));
    }

    private sealed class Inside
    {
        public Inside(Nat nat, VirtualSocket socket)
        {
            (Nat, Socket) = (nat, socket);
            socket.Receiver = (_, _, datagram) => Received.Add(System.Text.Encoding.ASCII.GetString(datagram));
        }

        public Nat Nat { get; }

        public VirtualSocket Socket { get; }

        public List<string> Received { get; } = [];
    }

    private sealed class Peer
    {
        public Peer(VirtualSocket socket)
        {
            Socket = socket;
            socket.Receiver = (_, source, _) => Seen = source;
        }

        public VirtualSocket Socket { get; }

        public TransportAddress Address => Socket.LocalAddress;

        public TransportAddress Seen { get; private set; }
    }
}
