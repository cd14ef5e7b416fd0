using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

public class RoleConflictTests
{
    [Fact]
    [Rfc("ICE-8445-7.2.5.1-a")]
    [Rfc("ICE-8445-7.2.5.1-d")]
    public void A_conflict_is_resolved_though_a_nat_answers_each_contact_from_another_port()
    {
        VirtualNetwork network = new();
        using VirtualStunTurnServer stun = network.AddServer("stun", "192.0.2.2");
        using VirtualAgent offerer = Agent(network, "offerer", 1, NatBehaviour.Symmetric with { Filtering = NatFilteringBehaviour.EndpointIndependent });
        using VirtualAgent answerer = Agent(network, "answerer", 2, NatBehaviour.AddressRestrictedCone);
        VirtualPair pair = new(offerer, answerer);

        pair.Connect().Should().Be(RunOutcome.Reached);

        pair.IsCompleted.Should().BeTrue("timeline:\n{0}", network.Trace);
        offerer.Machine.Role.Should().NotBe(answerer.Machine.Role);
    }

    private static VirtualAgent Agent(VirtualNetwork network, string name, int index, NatBehaviour behaviour)
    {
        Nat nat = network.AddNat($"{name}'s NAT", behaviour, $"203.0.113.{index}");
        VirtualAgent agent = new(network.AddHost(name, $"192.168.{index}.2", nat.Inside), new IceAgentMachineOptions
        {
            Role = IceRole.Controlled,
            Servers = index == 1 ? [new IceServerSettings { Kind = IceServerKind.Stun, Host = "192.0.2.2" }] : [],
        });
        agent.AddDataStream();
        return agent;
    }
}
