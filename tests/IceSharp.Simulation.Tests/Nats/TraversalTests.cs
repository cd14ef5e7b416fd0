using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Nats;

/// <summary>What RFC 5128 expects of two agents behind NATs, beyond the matrix of kinds.</summary>
public sealed class TraversalTests : IDisposable
{
    private readonly VirtualNetwork _network = new(12);
    private readonly VirtualStunTurnServer _server;
    private readonly List<VirtualAgent> _agents = [];

    public TraversalTests() => _server = _network.AddServer(
        "turn", "192.0.2.1", new StunTurnServerOptions { Users = new Dictionary<string, string> { ["user"] = "password" } }, Link);

    private static LinkOptions Link => new() { Delay = TimeSpan.FromMilliseconds(5) };

    public void Dispose()
    {
        _agents.ForEach(a => a.Dispose());
        _server.Dispose();
    }

    [Theory]
    [InlineData(NatHairpinning.None, false, IceCandidateType.Host, IceCandidateType.Host)]
    [InlineData(NatHairpinning.ExternalSource, false, IceCandidateType.Host, IceCandidateType.Host)]
    [InlineData(NatHairpinning.ExternalSource, true, IceCandidateType.ServerReflexive, IceCandidateType.ServerReflexive)]
    [InlineData(NatHairpinning.None, true, IceCandidateType.Relayed, IceCandidateType.ServerReflexive)]
    [Rfc("ICE-5128-3.3.2-a")]
    public void Behind_one_nat_the_host_pair_wins_and_without_it_hairpinning_decides(
        NatHairpinning hairpinning, bool isolated, IceCandidateType local, IceCandidateType remote)
    {
        Nat nat = _network.AddNat("nat", NatBehaviour.PortRestrictedCone with { Hairpinning = hairpinning }, "203.0.113.1");
        VirtualAgent left = Agent("left", "10.0.0.2", nat.Inside), right = Agent("right", "10.0.0.3", nat.Inside);

        // What many a guest network does: its hosts do not reach each other.
        IpAddress[] hosts = [left.Host.Address, right.Host.Address];
        _network.DropRule = (_, source, destination, _) => isolated && hosts.Contains(source.Address) && hosts.Contains(destination.Address);

        IceCandidatePairInfo pair = Connect(left, right);

        // Over the relay it does not matter which side's relay it is, nor how the other one is seen.
        if (local == IceCandidateType.Relayed)
        {
            new[] { pair.Local.Type, pair.Remote.Type }.Should().Contain(IceCandidateType.Relayed);
            return;
        }

        (pair.Local.Type, pair.Remote.Type).Should().Be((local, remote), "timeline:\n{0}", _network.Trace);
    }

    // Two NATs inside a carrier's: the way between them leads over the carrier's hairpin, or over a relay.
    [Theory]
    [InlineData(NatHairpinning.ExternalSource, false)]
    [InlineData(NatHairpinning.None, true)]
    [Rfc("ICE-4787-4.4-a")]
    [Rfc("ICE-4787-6-a")]
    public void Behind_two_nats_of_one_carrier_the_carriers_hairpinning_decides(NatHairpinning hairpinning, bool relayed)
    {
        Nat carrier = _network.AddNat("carrier", NatBehaviour.CarrierGrade with { Hairpinning = hairpinning }, "203.0.113.1");
        Nat one = _network.AddNat("one", NatBehaviour.PortRestrictedCone, "100.64.0.2", carrier.Inside);
        Nat two = _network.AddNat("two", NatBehaviour.PortRestrictedCone, "100.64.0.3", carrier.Inside);

        IceCandidatePairInfo pair = Connect(Agent("left", "10.0.0.2", one.Inside), Agent("right", "192.168.1.2", two.Inside));

        new[] { pair.Local.Type, pair.Remote.Type }.Contains(IceCandidateType.Relayed).Should().Be(relayed, "timeline:\n{0}", _network.Trace);
    }

    [Fact]
    [Rfc("ICE-5128-6.1-a")]
    public void A_check_that_an_aliased_private_address_leads_to_a_stranger_is_rejected_there()
    {
        Nat one = _network.AddNat("one", NatBehaviour.PortRestrictedCone, "203.0.113.1"), two = _network.AddNat("two", NatBehaviour.PortRestrictedCone, "203.0.113.2");
        VirtualAgent stranger = Agent("stranger", "192.168.1.3", one.Inside), friend = Agent("friend of the stranger", "192.168.1.4", one.Inside);
        stranger.SetRemoteDescription(friend.CreateLocalDescription());
        stranger.StartGathering();
        _network.RunFor(TimeSpan.FromSeconds(2));
        VirtualAgent left = Agent("left", "192.168.1.2", one.Inside), right = Agent("right", "192.168.1.3", two.Inside);

        IceCandidatePairInfo pair = Connect(left, right);

        TransportAddress alias = TransportAddress.Parse("192.168.1.3:49152");
        _network.Trace.Records.Should().Contain(
            r => r.Where == "stranger" && r.FinalDestination == alias && r.Fate == PacketFate.Delivered, "the check for the peer's private address reaches the stranger");
        stranger.Machine.State.Should().NotBe(IceConnectionState.Connected).And.NotBe(IceConnectionState.Completed);
        (pair.Local.Type, pair.Remote.Type).Should().Be((IceCandidateType.ServerReflexive, IceCandidateType.ServerReflexive));
        pair.Remote.Address.Address.Should().Be(two.ExternalAddress);
    }

    private VirtualAgent Agent(string name, string address, VirtualSegment segment)
    {
        VirtualAgent agent = new(_network.AddHost(name, address, segment, Link), new IceAgentMachineOptions
        {
            Servers =
            [
                new IceServerSettings { Kind = IceServerKind.Stun, Host = "192.0.2.1" },
                new IceServerSettings { Kind = IceServerKind.Turn, Host = "192.0.2.1", Username = "user", Password = "password" },
            ],
        });
        agent.AddDataStream();
        _agents.Add(agent);
        return agent;
    }

    private IceCandidatePairInfo Connect(VirtualAgent left, VirtualAgent right)
    {
        VirtualPair pair = new(left, right);
        pair.Connect().Should().Be(RunOutcome.Reached, "timeline:\n{0}", _network.Trace);
        pair.IsCompleted.Should().BeTrue("{0}; {1}", left, right);
        return left.Machine.GetRoute(0, 1)!.Pair;
    }
}
