using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

/// <summary>A TURN server that is started anew in the middle of a call: what was relayed by it is lost, is noticed, and comes back with an ICE restart.</summary>
public class ServerRestartTests
{
    [Fact]
    public void A_relayed_call_is_told_that_a_restart_would_help_and_goes_on_over_a_new_relay_after_it()
    {
        using VirtualPair pair = Connected(NatBehaviour.Symmetric);
        VirtualAgent relayed = pair.Offerer.Machine.GetRoute(0, 1)!.IsRelayed ? pair.Offerer : pair.Answerer;
        TransportAddress relay = relayed.Machine.GetRoute(0, 1)!.Pair.Local.Address;
        int heard = relayed.Events.Count;
        MonotonicTime restarted = pair.Network.Now;

        pair.Server!.Restart();
        pair.Network.RunUntil(() => relayed.Events.OfType<RestartSuggested>().Any(), TimeSpan.FromSeconds(40)).Should().Be(RunOutcome.Reached);

        (pair.Network.Now - restarted).Should().BeLessThan(TimeSpan.FromSeconds(19), "three requests for consent, 4 to 6 s apart, and a refresh");
        relayed.Events.Skip(heard).OfType<RestartSuggested>().Single().Reason.Should().Contain("lost the allocation").And.Contain("437");
        relayed.CreateLocalDescription().Streams[0].Candidates.Should().NotContain(c => c.Address == relay);

        pair.Restart(relayed);
        pair.Network.RunUntil(() => pair.IsCompleted && !pair.IsSignalling, TimeSpan.FromSeconds(20)).Should().Be(RunOutcome.Reached);

        relayed.Events.OfType<RestartCompleted>().Should().ContainSingle();
        new[] { pair.Offerer, pair.Answerer }.Should().Contain(a => a.Machine.GetRoute(0, 1)!.IsRelayed);
        Talk(pair, 50 * 60).Should().Be(0, "all arrive over the new relay");
    }

    [Fact]
    public void A_direct_call_does_not_notice_and_a_restart_asks_the_server_anew()
    {
        using VirtualPair pair = Connected(NatBehaviour.PortRestrictedCone);

        pair.Server!.Restart();
        Talk(pair, 50 * 60).Should().Be(0);
        pair.Offerer.Events.OfType<RestartSuggested>().Should().BeEmpty();
        pair.Restart(pair.Offerer);
        int lost = Talk(pair, 500);

        lost.Should().Be(0);
        pair.Offerer.Events.OfType<RestartCompleted>().Should().ContainSingle().Which.Outage.Should().Be(TimeSpan.Zero);
        pair.Server.Events.OfType<AllocationCreated>().Should().HaveCount(4, "both agents got relays twice");
    }

    private static VirtualPair Connected(NatBehaviour nat)
    {
        VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { OffererNat = nat, AnswererNat = nat });
        pair.Connect().Should().Be(RunOutcome.Reached);
        pair.IsCompleted.Should().BeTrue();
        pair.Network.RunFor(TimeSpan.FromSeconds(5));
        return pair;
    }

    // 50 packets a second each way; the number that did not arrive.
    private static int Talk(VirtualPair pair, int packets)
    {
        int before = pair.Offerer.Received.Count + pair.Answerer.Received.Count;
        for (int i = 0; i < packets; i++)
        {
            pair.Offerer.TrySend([1]).Should().BeTrue();
            pair.Answerer.TrySend([2]).Should().BeTrue();
            pair.Network.RunFor(TimeSpan.FromMilliseconds(20));
        }

        pair.Network.RunFor(TimeSpan.FromSeconds(1));
        return (2 * packets) - (pair.Offerer.Received.Count + pair.Answerer.Received.Count - before);
    }
}
