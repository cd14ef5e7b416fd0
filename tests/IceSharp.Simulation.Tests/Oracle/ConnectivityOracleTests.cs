using IceSharp.Testing;

using static IceSharp.Testing.NatMappingBehaviour;

namespace IceSharp.Simulation.Tests.Oracle;

public class ConnectivityOracleTests
{
    private readonly VirtualNetwork _network = new();
    private readonly VirtualStunTurnServer _stun;
    private readonly VirtualStunTurnServer _turn;

    public ConnectivityOracleTests()
    {
        _stun = _network.AddServer("stun", "192.0.2.2");
        _turn = _network.AddServer("turn", "192.0.2.1");
    }

    // By hand from RFC 4787: a new mapping meets a filter by port only where the other side answers it from a port that was contacted.
    [Theory]
    [InlineData(NatMappingBehaviour.EndpointIndependent, ByAddressAndPort, NatMappingBehaviour.EndpointIndependent, ByAddressAndPort, true)]
    [InlineData(NatMappingBehaviour.EndpointIndependent, ByAddress, NatMappingBehaviour.AddressAndPortDependent, ByAddressAndPort, true)]
    [InlineData(NatMappingBehaviour.EndpointIndependent, ByAddressAndPort, NatMappingBehaviour.AddressAndPortDependent, ByAddressAndPort, false)]
    [InlineData(NatMappingBehaviour.AddressAndPortDependent, ByAddressAndPort, NatMappingBehaviour.AddressAndPortDependent, ByAddressAndPort, false)]
    [InlineData(NatMappingBehaviour.AddressAndPortDependent, ByAddress, NatMappingBehaviour.AddressAndPortDependent, ByAddress, false)]
    [InlineData(NatMappingBehaviour.AddressDependent, ByAddress, NatMappingBehaviour.AddressDependent, NatFilteringBehaviour.EndpointIndependent, true)]
    public void Two_nats_let_each_other_in_or_not(NatMappingBehaviour mapping, NatFilteringBehaviour filtering, NatMappingBehaviour otherMapping, NatFilteringBehaviour otherFiltering, bool connects)
    {
        OraclePeer one = Behind("one", 1, new NatBehaviour { Mapping = mapping, Filtering = filtering });
        OraclePeer other = Behind("other", 2, new NatBehaviour { Mapping = otherMapping, Filtering = otherFiltering });

        new ConnectivityOracle(one, other).CanConnect.Should().Be(connects);
        new ConnectivityOracle(other, one).CanConnect.Should().Be(connects, "who controls makes no difference");
    }

    [Fact]
    public void The_host_path_is_selected_where_there_is_no_nat()
    {
        ConnectivityOracle oracle = new(Public("one", "198.51.100.1"), Public("other", "198.51.100.2"));

        OraclePath selected = oracle.Selected.Should().ContainSingle().Subject;
        (selected.LocalType, selected.RemoteType).Should().Be((IceCandidateType.Host, IceCandidateType.Host));
    }

    [Fact]
    public void Where_only_relays_work_the_controlling_side_reaches_the_relay_of_the_other_one_from_its_own_nat()
    {
        OraclePeer one = Behind("one", 1, NatBehaviour.Symmetric) with { StunServers = [], TurnServers = [_turn] };
        OraclePeer other = Behind("other", 2, NatBehaviour.Symmetric) with { StunServers = [], TurnServers = [_turn] };

        ConnectivityOracle oracle = new(one, other);

        oracle.Paths.Should().HaveCount(3).And.OnlyContain(p => p.IsRelayed);
        OraclePath selected = oracle.Selected.Should().ContainSingle().Subject;
        (selected.LocalType, selected.RemoteType).Should().Be((IceCandidateType.PeerReflexive, IceCandidateType.Relayed));
    }

    [Theory]
    [InlineData(NatHairpinning.None, false)]
    [InlineData(NatHairpinning.ExternalSource, true)]
    public void Behind_one_carrier_nat_two_home_nats_need_hairpinning(NatHairpinning hairpinning, bool connects)
    {
        Nat carrier = _network.AddNat("carrier", NatBehaviour.PortRestrictedCone with { Hairpinning = hairpinning }, "203.0.113.9");
        OraclePeer one = Behind("one", 1, NatBehaviour.PortRestrictedCone, carrier.Inside);
        OraclePeer other = Behind("other", 2, NatBehaviour.PortRestrictedCone, carrier.Inside);

        new ConnectivityOracle(one, other).CanConnect.Should().Be(connects);
    }

    [Fact]
    public void Two_private_hosts_without_servers_never_meet()
    {
        OraclePeer one = Behind("one", 1, NatBehaviour.FullCone) with { StunServers = [] };
        OraclePeer other = Behind("other", 2, NatBehaviour.FullCone) with { StunServers = [] };

        new ConnectivityOracle(one, other).CanConnect.Should().BeFalse();
    }

    [Fact]
    public void The_time_to_nomination_is_the_sum_of_its_parts()
    {
        OracleTiming timing = new() { RoundTrip = TimeSpan.FromMilliseconds(100), SignallingDelay = TimeSpan.FromMilliseconds(20), Checklist = 4, Servers = 1 };

        // Gathering 200 + 100 a side; exchange 640; opened 640 + 100 + 200; repeat 940 + 500; patience 200 + 400 + 100; second round 200 + 100 + 100; nomination 200 + 200.
        timing.ToNomination.Should().Be(TimeSpan.FromMilliseconds(940 + 1440 + 700 + 400 + 400));
    }

    private const NatFilteringBehaviour ByAddress = NatFilteringBehaviour.AddressDependent;
    private const NatFilteringBehaviour ByAddressAndPort = NatFilteringBehaviour.AddressAndPortDependent;

    private OraclePeer Public(string name, string address) => new(_network.AddHost(name, address)) { StunServers = [_stun] };

    private OraclePeer Behind(string name, int index, NatBehaviour behaviour, VirtualSegment? outside = null)
    {
        Nat nat = _network.AddNat($"{name}'s NAT", behaviour, outside is null ? $"203.0.113.{index}" : $"100.64.0.{index}", outside);
        return new OraclePeer(_network.AddHost(name, $"192.168.{index}.2", nat.Inside)) { StunServers = [_stun] };
    }
}
