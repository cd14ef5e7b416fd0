using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

/// <summary>What a concluded call gives back, and what it keeps (RFC 8445 §8.3), and restarts after that.</summary>
public class FreeingTests
{
    [Fact]
    [Rfc("ICE-8445-8.3.1-a")]
    [Rfc("ICE-8445-8.3.1-b")]
    [Rfc("ICE-8445-8.3.1-c")]
    public void Unused_relays_and_sockets_go_3_s_after_completion_and_the_base_of_the_selected_candidate_stays()
    {
        using VirtualPair pair = Connected(NatBehaviour.PortRestrictedCone);
        pair.Server!.Machine.Allocations.Should().HaveCount(2);
        int sockets = pair.Offerer.OpenSockets;
        pair.Network.RunFor(TimeSpan.FromSeconds(2.5));
        pair.Server.Machine.Allocations.Should().HaveCount(2, "checks on other candidates may still come");

        pair.Network.RunFor(TimeSpan.FromSeconds(4));

        pair.Server.Machine.Allocations.Should().BeEmpty();
        pair.Server.Events.OfType<AllocationEnded>().Should().HaveCount(2).And.OnlyContain(e => e.WasReleased);
        pair.Offerer.OpenSockets.Should().Be(sockets, "the one socket is the base of the selected pair");
        Exchange(pair);
    }

    [Fact]
    public void A_selected_relay_and_its_socket_stay()
    {
        using VirtualPair pair = Connected(NatBehaviour.Symmetric);

        pair.Network.RunFor(TimeSpan.FromSeconds(10));

        pair.Server!.Machine.Allocations.Should().HaveCount(1, "one side relays");
        Exchange(pair);
    }

    [Fact]
    public void Sockets_of_other_addresses_are_closed()
    {
        var network = new VirtualNetwork();
        VirtualHost one = network.AddHost("one", "198.51.100.1"), two = network.AddHost("two", "198.51.100.2");
        one.AddInterface(IpAddress.Parse("198.51.100.11"));
        var pair = new VirtualPair(new VirtualAgent(one), new VirtualAgent(two));
        using (pair)
        {
            pair.Offerer.AddDataStream();
            pair.Answerer.AddDataStream();
            pair.Connect();
            pair.Offerer.OpenSockets.Should().Be(2);

            network.RunFor(TimeSpan.FromSeconds(5));

            pair.Offerer.OpenSockets.Should().Be(1);
            pair.Offerer.CreateLocalDescription().Streams[0].Candidates.Should().ContainSingle();
            Exchange(pair);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_restart_after_that_asks_the_servers_again_and_50_packets_a_second_lose_none(bool relayed)
    {
        using VirtualPair pair = Connected(relayed ? NatBehaviour.Symmetric : NatBehaviour.PortRestrictedCone);
        pair.Network.RunFor(TimeSpan.FromSeconds(10));
        int before = pair.Offerer.Received.Count + pair.Answerer.Received.Count, sent = 0;
        void Stream(double seconds)
        {
            for (int i = 0; i < seconds * 50; i++)
            {
                pair.Offerer.TrySend([1]).Should().BeTrue();
                pair.Answerer.TrySend([2]).Should().BeTrue();
                sent += 2;
                pair.Network.RunFor(TimeSpan.FromMilliseconds(20));
            }
        }

        Stream(1);
        pair.Offerer.Restart();
        Stream(0.5);
        IceDescription offer = pair.Offerer.CreateLocalDescription();
        offer.Streams[0].Candidates.Select(c => c.Type).Should().Contain([IceCandidateType.Host, IceCandidateType.ServerReflexive, IceCandidateType.Relayed]);
        pair.Answerer.SetRemoteDescription(offer);
        Stream(0.5);
        pair.Offerer.SetRemoteDescription(pair.Answerer.CreateLocalDescription());
        Stream(10);
        pair.Network.RunFor(TimeSpan.FromSeconds(1));

        (pair.Offerer.Received.Count + pair.Answerer.Received.Count - before).Should().Be(sent);
        foreach (VirtualAgent agent in new[] { pair.Offerer, pair.Answerer })
        {
            agent.Events.OfType<RestartCompleted>().Should().ContainSingle().Which.Outage.Should().Be(TimeSpan.Zero);
        }

        pair.Server!.Machine.Allocations.Should().HaveCount(relayed ? 1 : 0);
    }

    private static VirtualPair Connected(NatBehaviour nat)
    {
        VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { OffererNat = nat, AnswererNat = nat });
        pair.Connect().Should().Be(RunOutcome.Reached);
        pair.IsCompleted.Should().BeTrue();
        return pair;
    }

    private static void Exchange(VirtualPair pair)
    {
        int before = pair.Answerer.Received.Count;
        pair.Offerer.TrySend("there"u8).Should().BeTrue();
        pair.Network.RunFor(TimeSpan.FromSeconds(1));
        pair.Answerer.Received.Should().HaveCount(before + 1);
    }
}
