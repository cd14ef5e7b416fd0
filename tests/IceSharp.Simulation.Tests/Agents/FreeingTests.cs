using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

/// <summary>What a concluded call gives back, and what it keeps (RFC 8445 §8.3), and restarts after that.</summary>
public class FreeingTests
{
    [Fact]
    [Rfc("ICE-8445-8.3.1-a")] // T36
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
        MonotonicTime freed = pair.Network.Now;
        pair.Network.RunFor(TimeSpan.FromMinutes(2));
        pair.Network.Trace.Records.Where(r => r.SentAt > freed).Should().NotContain(r => r.FinalDestination == pair.StunServer!.Address, "reflexive addresses are freed by silence");
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

    [Fact]
    public void A_freed_address_has_not_come_anew_when_the_host_tells_of_another_one()
    {
        var network = new VirtualNetwork();
        VirtualHost one = network.AddHost("one", "198.51.100.1"), two = network.AddHost("two", "198.51.100.2");
        one.AddInterface(IpAddress.Parse("198.51.100.11"));
        using var pair = new VirtualPair(new VirtualAgent(one), new VirtualAgent(two));
        pair.Offerer.AddDataStream();
        pair.Answerer.AddDataStream();
        pair.Connect();
        network.RunFor(TimeSpan.FromSeconds(5));
        pair.Offerer.OpenSockets.Should().Be(1);

        pair.Offerer.Machine.HandleNetworkChange(network.Now);
        network.RunFor(TimeSpan.FromSeconds(1));
        pair.Offerer.Events.OfType<LocalAddressesChanged>().Should().BeEmpty();
        one.AddInterface(IpAddress.Parse("198.51.100.12"));
        pair.Offerer.Machine.HandleNetworkChange(network.Now);
        network.RunFor(TimeSpan.FromSeconds(1));

        pair.Offerer.Events.OfType<LocalAddressesChanged>().SelectMany(e => e.Added).Select(a => a.Address).Distinct().Should().Equal(IpAddress.Parse("198.51.100.12"));
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    [InlineData(false, false, false)]
    [Rfc("ICE-8445-8.3.1-b")]
    public void Nothing_is_given_back_where_pairs_may_change_without_a_restart_or_a_restart_is_under_way(bool renominates, bool follows, bool restarts)
    {
        var agent = new IceAgentMachineOptions { Renomination = renominates, Nomination = new EvidenceNomination { FollowsPeer = follows } };
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { OffererNat = NatBehaviour.PortRestrictedCone, AnswererNat = NatBehaviour.PortRestrictedCone, Agent = agent });
        pair.Connect().Should().Be(RunOutcome.Reached);
        if (restarts)
        {
            pair.Offerer.Restart();
        }

        pair.Network.RunFor(TimeSpan.FromSeconds(60));

        int kept = renominates ? 2 : follows || restarts ? 1 : 0;
        pair.Server!.Machine.Allocations.Should().HaveCount(kept, "a controlling agent chooses itself; both renominate");
        if (restarts)
        {
            pair.Offerer.RollbackRestart().Should().BeTrue();
            pair.Network.RunFor(TimeSpan.FromSeconds(5));
            pair.Server.Machine.Allocations.Should().BeEmpty("the session in force is the only one again");
        }

        Exchange(pair);
    }

    [Fact]
    [Rfc("ICE-8445-8.3.2-a")]
    public void A_lite_agent_gives_back_what_was_not_selected()
    {
        var network = new VirtualNetwork();
        VirtualHost one = network.AddHost("one", "198.51.100.1"), two = network.AddHost("two", "198.51.100.2");
        one.AddInterface(IpAddress.Parse("2001:db8::1"));
        two.AddInterface(IpAddress.Parse("2001:db8::2"));
        using var pair = new VirtualPair(new VirtualAgent(one), new VirtualAgent(two, new IceAgentMachineOptions { IsLite = true }));
        pair.Offerer.AddDataStream();
        pair.Answerer.AddDataStream();
        pair.Connect();
        pair.Answerer.OpenSockets.Should().Be(2);

        network.RunFor(TimeSpan.FromSeconds(5));

        pair.Answerer.OpenSockets.Should().Be(1);
        Exchange(pair);
    }

    [Fact]
    public void A_restart_while_relays_are_being_released_waits_for_that_and_has_relays_again()
    {
        using VirtualPair pair = Connected(NatBehaviour.PortRestrictedCone);
        pair.Network.RunUntil(() => pair.Offerer.Events.OfType<GatheringStateChanged>().Any(), TimeSpan.FromSeconds(1));
        pair.Network.DropRule = (_, source, destination, datagram) =>
            destination == pair.Server!.Address && StunReader.TryParse(datagram, out StunReader message) == StunParseStatus.Ok && message.Method == StunMethod.Refresh;
        pair.Network.RunFor(TimeSpan.FromSeconds(3.2));
        pair.Network.DropRule = null;
        pair.Server!.Machine.Allocations.Should().HaveCount(2, "the releases were lost");

        pair.Offerer.Restart();
        pair.Network.RunFor(TimeSpan.FromSeconds(3));

        IceDescription offer = pair.Offerer.CreateLocalDescription();
        offer.Streams[0].Candidates.Should().Contain(c => c.Type == IceCandidateType.Relayed);
        pair.Server.Machine.Allocations.Should().ContainSingle("the answerer's is released, the offerer's a new one");
        pair.Server.Events.OfType<AllocationEnded>().Should().HaveCount(2).And.OnlyContain(e => e.WasReleased);
        pair.Answerer.SetRemoteDescription(offer);
        pair.Network.RunFor(TimeSpan.FromSeconds(2));
        pair.Offerer.SetRemoteDescription(pair.Answerer.CreateLocalDescription());
        pair.Network.RunUntil(() => pair.IsCompleted, TimeSpan.FromSeconds(10)).Should().Be(RunOutcome.Reached);
    }

    [Fact]
    public void Each_stream_gives_back_its_own_and_a_restart_of_one_leaves_the_other_alone()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { OffererNat = NatBehaviour.PortRestrictedCone, AnswererNat = NatBehaviour.PortRestrictedCone });
        pair.Offerer.AddDataStream("1");
        pair.Answerer.AddDataStream("1");
        pair.Connect().Should().Be(RunOutcome.Reached);
        pair.Server!.Machine.Allocations.Should().HaveCount(4);
        pair.Offerer.Restart(0);
        pair.Network.RunFor(TimeSpan.FromSeconds(5));
        pair.Server.Machine.Allocations.Should().HaveCount(1, "only the stream that is restarting holds its relay");

        DataRoute other = pair.Offerer.Machine.GetRoute(1, 1)!;
        pair.Answerer.SetRemoteDescription(pair.Offerer.CreateLocalDescription());
        pair.Network.RunFor(TimeSpan.FromSeconds(2));
        pair.Offerer.SetRemoteDescription(pair.Answerer.CreateLocalDescription());
        pair.Network.RunFor(TimeSpan.FromSeconds(60));

        pair.IsCompleted.Should().BeTrue();
        pair.Offerer.Machine.GetRoute(1, 1).Should().BeSameAs(other);
        pair.Server.Machine.Allocations.Should().BeEmpty();
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
