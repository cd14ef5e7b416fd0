using IceSharp.Protocol;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Nats;

/// <summary>Which external addresses and ports a NAT gives.</summary>
public sealed class NatPortTests
{
    private readonly VirtualNetwork _network = new(3);
    private readonly Endpoint _peer, _other;

    public NatPortTests()
    {
        _peer = Endpoint.At(_network, "198.51.100.1:1000");
        _other = Endpoint.At(_network, "198.51.100.2:1000");
    }

    [Fact]
    [Rfc("ICE-4787-4.2.1-a")]
    public void An_overloading_nat_gives_one_port_to_two_hosts_and_tells_them_apart_by_whom_they_sent_to()
    {
        Nat nat = Add(new NatBehaviour { PortAllocation = NatPortAllocation.Overloading });
        Endpoint one = Endpoint.At(_network, "10.0.0.2:5000", nat.Inside), two = Endpoint.At(_network, "10.0.0.3:5000", nat.Inside);
        one.Send(_peer.Address);
        two.Send(_other.Address);
        Run();
        (_peer.Seen, _other.Seen).Should().Be((External(5000), External(5000)));

        _peer.Send(External(5000), "to one");
        _other.Send(External(5000), "to two");
        Run();
        one.Received.Should().Equal("to one");
        two.Received.Should().Equal("to two");
    }

    [Fact]
    [Rfc("ICE-4787-4.2.1-a")]
    public void A_random_nat_preserves_nothing_and_gives_nothing_twice()
    {
        Nat nat = Add(NatBehaviour.Symmetric with { FirstPort = 2000, LastPort = 2099 });
        Endpoint inside = Endpoint.At(_network, "10.0.0.2:2000", nat.Inside);
        for (ushort port = 1; port <= 100; port++)
        {
            inside.Send(new TransportAddress(_peer.Address.Address, port));
        }

        Run();
        nat.MappingCount.Should().Be(100);
        _network.Trace.Records.Select(r => r.FinalSource.Port).Distinct().Should().HaveCount(100).And.NotBeInAscendingOrder();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rfc("ICE-4787-4.2.2-a")]
    public void Parity_is_kept_where_the_behaviour_says_so_until_there_is_none_left(bool preservesParity)
    {
        Nat nat = Add(new NatBehaviour { PreservesParity = preservesParity, FirstPort = 2000, LastPort = 2003 });
        List<ushort> given = [];
        for (int host = 2; host <= 5; host++)
        {
            Endpoint.At(_network, $"10.0.0.{host}:2000", nat.Inside).Send(_peer.Address);
            Run();
            given.Add(_peer.Seen.Port);
        }

        given.Should().Equal(preservesParity ? [2000, 2002, 2001, 2003] : [2000, 2001, 2002, 2003]);
    }

    [Fact]
    [Rfc("ICE-4787-4.2.2-a")]
    public void Sequential_ports_are_contiguous_until_somebody_comes_in_between()
    {
        Nat nat = Add(new NatBehaviour { PortAllocation = NatPortAllocation.Sequential });
        List<ushort> given = [];
        foreach (string endpoint in new[] { "10.0.0.2:5000", "10.0.0.2:5001", "10.0.0.2:6000", "10.0.0.3:7000", "10.0.0.2:6001" })
        {
            Endpoint.At(_network, endpoint, nat.Inside).Send(_peer.Address);
            Run();
            given.Add(_peer.Seen.Port);
        }

        (given[1] - given[0], given[4] - given[2]).Should().Be((1, 2), "the second pair of RTP and RTCP is not contiguous");
    }

    [Fact]
    public void Each_host_of_a_carrier_has_a_block_and_its_exhaustion_harms_nobody_else()
    {
        Nat nat = Add(NatBehaviour.CarrierGrade with { PortBlockSize = 4, FirstPort = 1024, LastPort = 1031 });
        Endpoint[] greedy = [.. Enumerable.Range(1, 5).Select(i => Endpoint.At(_network, $"100.64.0.2:{5000 + i}", nat.Inside))];
        Array.ForEach(greedy, e => e.Send(_peer.Address));
        Endpoint modest = Endpoint.At(_network, "100.64.0.3:5000", nat.Inside);
        modest.Send(_other.Address);
        Endpoint.At(_network, "100.64.0.4:5000", nat.Inside).Send(_other.Address);
        Run();

        _peer.Sources.Select(s => s.Port).Should().BeEquivalentTo([1024, 1025, 1026, 1027]);
        _other.Sources.Should().ContainSingle("no block is left for the third host").Which.Port.Should().BeInRange(1028, 1031);
        _network.Trace.Records.Count(r => r.Fate == PacketFate.PortsExhausted).Should().Be(2);
    }

    [Fact]
    public void A_port_is_given_again_once_its_mapping_has_expired()
    {
        Nat nat = Add(new NatBehaviour { FirstPort = 2000, LastPort = 2000 });
        Endpoint one = Endpoint.At(_network, "10.0.0.2:2000", nat.Inside), two = Endpoint.At(_network, "10.0.0.3:2000", nat.Inside);
        one.Send(_peer.Address, "one");
        two.Send(_peer.Address, "too early");
        _network.RunFor(nat.Behaviour.MappingLifetime);
        two.Send(_peer.Address, "two");
        Run();

        _peer.Received.Should().Equal("one", "two");
        _peer.Seen.Port.Should().Be(2000);
    }

    [Theory]
    [InlineData(NatPooling.Paired)]
    [InlineData(NatPooling.Arbitrary)]
    [Rfc("ICE-4787-4.1-b")]
    public void A_host_has_one_external_address_only_where_the_pool_is_paired(NatPooling pooling)
    {
        Nat nat = _network.AddNat("carrier", new NatBehaviour { Pooling = pooling }, ["203.0.113.1", "203.0.113.2", "203.0.113.3"]);
        for (ushort port = 5000; port < 5020; port++)
        {
            Endpoint.At(_network, $"10.0.0.2:{port}", nat.Inside).Send(_peer.Address);
            Endpoint.At(_network, $"10.0.0.3:{port}", nat.Inside).Send(_other.Address);
        }

        Run();
        IpAddress[] first = [.. _peer.Sources.Select(s => s.Address).Distinct()], second = [.. _other.Sources.Select(s => s.Address).Distinct()];
        first.Should().HaveCount(pooling == NatPooling.Paired ? 1 : 3);
        first.Concat(second).Should().BeSubsetOf(nat.ExternalAddresses);
        (pooling == NatPooling.Arbitrary || first[0] != second[0]).Should().BeTrue("the second host gets the next address");
        _peer.Send(_peer.Seen, "back");
        Run();
        _network.Trace.Records[^1].Fate.Should().Be(PacketFate.Delivered, "each address leads back");
    }

    [Fact]
    [Rfc("ICE-4787-8-a")]
    public void A_non_deterministic_nat_maps_dependently_only_whom_it_could_not_give_his_port()
    {
        Nat nat = Add(NatBehaviour.FullCone with { MappingOnConflict = NatMappingBehaviour.AddressAndPortDependent });
        Endpoint first = Endpoint.At(_network, "10.0.0.2:5000", nat.Inside), second = Endpoint.At(_network, "10.0.0.3:5000", nat.Inside);

        List<TransportAddress> ofFirst = Mappings(first), ofSecond = Mappings(second);

        ofFirst.Distinct().Should().ContainSingle().Which.Should().Be(External(5000));
        ofSecond.Distinct().Should().HaveCount(2);
    }

    [Fact]
    public void Udp_and_tcp_have_ports_and_lifetimes_of_their_own()
    {
        Nat nat = Add(NatBehaviour.PortRestrictedCone with { TcpTransitoryLifetime = TimeSpan.FromSeconds(240), TcpLifetime = TimeSpan.FromHours(3) });
        VirtualHost host = _network.AddHost("inside", "10.0.0.2", nat.Inside), server = _network.AddHost("server", "192.0.2.1");
        new Endpoint(host.Bind(5000)).Send(_peer.Address);
        List<VirtualStream> accepted = [];
        server.Listen(new TransportAddress(server.Address, 80)).Accepted = accepted.Add;
        VirtualStream open = host.Connect(new TransportAddress(host.Address, 5000), new TransportAddress(server.Address, 80));
        host.Connect(new TransportAddress(host.Address, 6000), TransportAddress.Parse("192.0.2.99:80"));
        Run();
        (_peer.Seen, accepted[0].RemoteAddress, nat.MappingCount).Should().Be((External(5000), External(5000), 3));

        // The one that never opened is repeated for a while; 4 min after that it is gone, as the datagram's is after 2 min.
        _network.RunFor(TimeSpan.FromMinutes(20));
        nat.MappingCount.Should().Be(1);
        List<string> received = [];
        open.Receiver = (_, bytes) => received.Add(System.Text.Encoding.ASCII.GetString(bytes));
        accepted[0].Send("still open"u8);
        Run();
        received.Should().Equal("still open");

        // A closed one lives as long as one that is opening.
        open.Close();
        _network.RunFor(TimeSpan.FromSeconds(239));
        nat.MappingCount.Should().Be(1);
        _network.RunFor(TimeSpan.FromSeconds(2));
        nat.MappingCount.Should().Be(0);
    }

    [Fact]
    public void A_reboot_with_a_new_address_strands_the_old_one_and_takes_its_time()
    {
        Nat nat = Add(NatBehaviour.FullCone);
        Endpoint inside = Endpoint.At(_network, "10.0.0.2:5000", nat.Inside);
        inside.Send(_peer.Address);
        Run();

        nat.Reboot(IpAddress.Parse("203.0.113.77"), offline: TimeSpan.FromSeconds(30));
        inside.Send(_peer.Address, "too early");
        _network.RunFor(TimeSpan.FromSeconds(30));
        _peer.Send(External(5000), "old address");
        inside.Send(_peer.Address, "up again");
        Run();

        _peer.Received.Should().Equal("x", "up again");
        _peer.Seen.Should().Be(TransportAddress.Parse("203.0.113.77:5000"));
        inside.Received.Should().BeEmpty();
        _network.Trace.Records.Select(r => r.Fate).Should().Contain([PacketFate.RouterDown, PacketFate.NoRoute]);
        Action taken = () => nat.Reboot(_peer.Address.Address);
        taken.Should().Throw<InvalidOperationException>().WithMessage("*nat*198.51.100.1*");
    }

    [Fact]
    public void Hairpinning_works_between_addresses_of_a_pool()
    {
        Nat nat = _network.AddNat("carrier", NatBehaviour.CarrierGrade, ["203.0.113.1", "203.0.113.2"]);
        Endpoint one = Endpoint.At(_network, "10.0.0.2:5000", nat.Inside), two = Endpoint.At(_network, "10.0.0.3:5000", nat.Inside);
        two.Send(_peer.Address);
        Run();

        one.Send(_peer.Seen, "round the corner");
        Run();

        two.Received.Should().Equal("round the corner");
        two.Seen.Address.Should().BeOneOf(nat.ExternalAddresses).And.NotBe(_peer.Seen.Address);
    }

    private Nat Add(NatBehaviour behaviour) => _network.AddNat("nat", behaviour, "203.0.113.1");

    private void Run() => _network.RunFor(TimeSpan.FromSeconds(1));

    private List<TransportAddress> Mappings(Endpoint inside)
    {
        inside.Send(_peer.Address);
        inside.Send(_other.Address);
        Run();
        return [_peer.Seen, _other.Seen];
    }

    private static TransportAddress External(ushort port) => new(IpAddress.Parse("203.0.113.1"), port);
}
