using IceSharp.Protocol.Agent;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

public class LearntAddressTests
{
    [Fact]
    public void Two_nats_that_show_a_new_port_to_every_contact_do_not_keep_the_agents_from_their_relay()
    {
        NatBehaviour restless = NatBehaviour.Symmetric with { Filtering = NatFilteringBehaviour.EndpointIndependent };
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { OffererNat = restless, AnswererNat = restless, Signalling = SignallingStyle.Trickle });

        pair.Connect(TimeSpan.FromSeconds(5)).Should().Be(RunOutcome.Reached);

        pair.IsCompleted.Should().BeTrue("timeline:\n{0}", pair.Network.Trace);
        foreach (VirtualAgent agent in new[] { pair.Offerer, pair.Answerer })
        {
            agent.Events.OfType<PairStateChanged>().Select(e => e.Pair.Remote).Where(r => r.Type == IceCandidateType.PeerReflexive)
                .DistinctBy(r => r.Address).Should().HaveCountLessThan(16, "each vain address leads to another one");
        }
    }
}
