using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

public class VirtualPairTests
{
    public enum Box
    {
        None,
        FullCone,
        AddressRestricted,
        PortRestricted,
        Symmetric,
    }

    [Theory]
    [InlineData(SignallingStyle.Full)]
    [InlineData(SignallingStyle.Trickle)]
    public void Two_agents_on_the_internet_connect_directly_and_carry_data_both_ways(SignallingStyle signalling)
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { Signalling = signalling, SignallingDelay = TimeSpan.FromMilliseconds(50) });

        Connect(pair);

        Exchange(pair);
        (Selected(pair.Offerer).Local.Type, Selected(pair.Offerer).Remote.Type).Should().Be((IceCandidateType.Host, IceCandidateType.Host));
        Selected(pair.Offerer).Local.Address.Should().Be(Selected(pair.Answerer).Remote.Address, "both name the same pair");
    }

    // The matrix of RFC 5128 §3.3 without hairpinning; "relay" where neither a direct nor a learnt path can be.
    [Theory]
    [InlineData(Box.None, Box.PortRestricted, false)]
    [InlineData(Box.None, Box.Symmetric, false)]
    [InlineData(Box.Symmetric, Box.None, false)]
    [InlineData(Box.FullCone, Box.FullCone, false)]
    [InlineData(Box.AddressRestricted, Box.PortRestricted, false)]
    [InlineData(Box.PortRestricted, Box.PortRestricted, false)]
    [InlineData(Box.FullCone, Box.Symmetric, false)]
    [InlineData(Box.AddressRestricted, Box.Symmetric, false)]
    [InlineData(Box.Symmetric, Box.AddressRestricted, false)]
    [InlineData(Box.PortRestricted, Box.Symmetric, true)]
    [InlineData(Box.Symmetric, Box.PortRestricted, true)]
    [InlineData(Box.Symmetric, Box.Symmetric, true)]
    [Rfc("ICE-5128-3.3-a")]
    public void Two_agents_connect_through_their_nats_by_the_relay_only_where_nothing_else_can_work(Box offerer, Box answerer, bool relayed)
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { OffererNat = Behaviour(offerer), AnswererNat = Behaviour(answerer) });

        Connect(pair);

        Exchange(pair);
        UsesRelay(pair).Should().Be(relayed, "timeline:\n{0}", pair.Network.Trace);
    }

    [Fact]
    public void Without_a_relay_two_symmetric_nats_fail_and_both_agents_say_so()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { OffererNat = NatBehaviour.Symmetric, AnswererNat = NatBehaviour.Symmetric, UseTurn = false });

        pair.Start();
        pair.Network.RunUntil(
            () => pair.Offerer.Machine.State == IceConnectionState.Failed && pair.Answerer.Machine.State == IceConnectionState.Failed,
            TimeSpan.FromMinutes(3)).Should().Be(RunOutcome.Reached);
    }

    [Fact]
    public void A_stun_and_a_turn_server_may_be_one_address_and_port()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { OffererNat = NatBehaviour.Symmetric, AnswererNat = NatBehaviour.Symmetric, SeparateStunServer = false });

        Connect(pair);
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace_byte_for_byte_and_another_seed_another_one()
    {
        byte[] first = LossyTrace(5);

        LossyTrace(5).Should().Equal(first);
        LossyTrace(6).Should().NotEqual(first);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Agents_connect_over_links_that_lose_a_tenth(ulong seed)
    {
        using VirtualPair pair = VirtualPair.Create(Lossy(seed));

        Connect(pair);
        pair.IsCompleted.Should().BeTrue();
    }

    [Fact]
    public void Two_components_get_a_route_each()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { ComponentCount = 2, OffererNat = NatBehaviour.PortRestrictedCone });
        Connect(pair);

        pair.Offerer.TrySend("rtp"u8, component: 1).Should().BeTrue();
        pair.Offerer.TrySend("rtcp"u8, component: 2).Should().BeTrue();
        pair.Network.RunFor(TimeSpan.FromSeconds(1));

        pair.Answerer.Received.Select(d => (d.Component, Encoding.ASCII.GetString(d.Bytes.Span))).Should().Equal((1, "rtp"), (2, "rtcp"));
    }

    [Fact]
    public void Closing_releases_allocations_and_every_socket()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { OffererNat = NatBehaviour.Symmetric, AnswererNat = NatBehaviour.Symmetric });
        Connect(pair);
        pair.Server!.Machine.Allocations.Should().NotBeEmpty();

        pair.Close().Should().Be(RunOutcome.Reached);
        pair.Network.RunFor(TimeSpan.FromSeconds(1));

        pair.Server.Machine.Allocations.Should().BeEmpty();
        (pair.Offerer.OpenSockets, pair.Answerer.OpenSockets).Should().Be((0, 0));
        pair.Offerer.Host.OpenSockets.Should().Be(0);
        pair.Offerer.Events.OfType<AgentClosed>().Should().ContainSingle();
    }

    [Fact]
    public void A_relayed_call_lives_on_while_nobody_talks_for_an_hour()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { OffererNat = NatBehaviour.Symmetric, AnswererNat = NatBehaviour.Symmetric });
        Connect(pair);

        pair.Network.RunFor(TimeSpan.FromHours(1));

        Exchange(pair);
    }

    [Fact]
    public void An_idle_direct_call_keeps_its_nats_open_for_ten_minutes()
    {
        NatBehaviour hostile = NatBehaviour.PortRestrictedCone with { MappingLifetime = TimeSpan.FromSeconds(30) };
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { OffererNat = hostile, AnswererNat = hostile });
        Connect(pair);

        pair.Network.RunFor(TimeSpan.FromMinutes(10));

        Exchange(pair);
    }

    [Fact]
    public void A_name_that_nobody_knows_and_a_name_server_that_is_silent_end_gathering_all_the_same()
    {
        foreach (TimeSpan delay in new[] { TimeSpan.Zero, TimeSpan.FromMinutes(10) })
        {
            VirtualNetwork network = new();
            using VirtualAgent agent = new(network.AddHost("alice", "198.51.100.1"), new IceAgentMachineOptions
            {
                Servers = [new IceServerSettings { Kind = IceServerKind.Stun, Host = "nowhere.example.org" }],
            })
            { ResolveDelay = delay };
            agent.AddDataStream();
            agent.StartGathering();

            network.RunUntil(() => agent.Machine.GatheringState == IceGatheringState.Complete, TimeSpan.FromSeconds(30)).Should().Be(RunOutcome.Reached);
            agent.CreateLocalDescription().Streams[0].Candidates.Should().ContainSingle().Which.Type.Should().Be(IceCandidateType.Host);
        }
    }

    [Fact]
    public void A_port_range_is_respected()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { Agent = new IceAgentMachineOptions { Ports = new PortRange(7000, 7001) }, UseTurn = false });
        Connect(pair);

        Selected(pair.Offerer).Local.Address.Port.Should().BeInRange(7000, 7001);
    }

    private static void Connect(VirtualPair pair)
    {
        RunOutcome outcome = pair.Connect();
        outcome.Should().Be(RunOutcome.Reached, "timeline:\n{0}", pair.Network.Trace);
        pair.IsCompleted.Should().BeTrue("{0}; {1}; timeline:\n{2}", pair.Offerer, pair.Answerer, pair.Network.Trace);
    }

    private static void Exchange(VirtualPair pair)
    {
        int before = pair.Answerer.Received.Count, beforeBack = pair.Offerer.Received.Count;
        pair.Offerer.TrySend("there"u8).Should().BeTrue();
        pair.Answerer.TrySend("back"u8).Should().BeTrue();
        pair.Network.RunFor(TimeSpan.FromSeconds(1));
        pair.Answerer.Received.Skip(before).Select(d => Encoding.ASCII.GetString(d.Bytes.Span)).Should().Equal("there");
        pair.Offerer.Received.Skip(beforeBack).Select(d => Encoding.ASCII.GetString(d.Bytes.Span)).Should().Equal("back");
    }

    [Theory]
    [InlineData(SignallingStyle.Full, true, false)]
    [InlineData(SignallingStyle.Full, true, true)]
    [InlineData(SignallingStyle.Trickle, false, true)]
    [InlineData(SignallingStyle.Trickle, true, true)]
    public void Either_agent_restarts_or_both_and_a_restart_that_comes_too_early_waits_for_the_exchange(SignallingStyle signalling, bool offerer, bool answerer)
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions
        {
            OffererNat = NatBehaviour.PortRestrictedCone, AnswererNat = NatBehaviour.Symmetric, Signalling = signalling, SignallingDelay = TimeSpan.FromMilliseconds(50),
        });
        VirtualAgent[] restarting = [.. new[] { pair.Offerer, pair.Answerer }.Where(a => a == pair.Offerer ? offerer : answerer)];
        pair.Start();
        Array.ForEach(restarting, pair.Restart);
        pair.IsSignalling.Should().BeTrue();
        pair.Network.RunUntil(() => !pair.IsSignalling && pair.IsCompleted, TimeSpan.FromSeconds(30)).Should().Be(RunOutcome.Reached, "timeline:\n{0}", pair.Network.Trace);
        int before = Sessions(pair);

        Array.ForEach(restarting, pair.Restart);
        pair.Network.RunUntil(() => !pair.IsSignalling && pair.IsCompleted, TimeSpan.FromSeconds(30)).Should().Be(RunOutcome.Reached);

        restarting.Should().OnlyContain(a => pair.RestartedAt(a) > MonotonicTime.Zero);
        Sessions(pair).Should().Be(before + 2, "both sides have begun one session more, also when both asked for it");
        Exchange(pair);
    }

    private static int Sessions(VirtualPair pair) => pair.Offerer.Events.Concat(pair.Answerer.Events).OfType<StreamRestarted>().Count();

    private static IceCandidatePairInfo Selected(VirtualAgent agent) => agent.Machine.GetRoute(0, 1)!.Pair;

    private static bool UsesRelay(VirtualPair pair) =>
        new[] { Selected(pair.Offerer), Selected(pair.Answerer) }.Any(p => p.Local.Type == IceCandidateType.Relayed || p.Remote.Type == IceCandidateType.Relayed);

    private static NatBehaviour? Behaviour(Box box) => box switch
    {
        Box.None => null,
        Box.FullCone => NatBehaviour.FullCone,
        Box.AddressRestricted => NatBehaviour.AddressRestrictedCone,
        Box.PortRestricted => NatBehaviour.PortRestrictedCone,
        _ => NatBehaviour.Symmetric,
    };

    private static VirtualPairOptions Lossy(ulong seed) => new()
    {
        Seed = seed,
        OffererNat = NatBehaviour.PortRestrictedCone,
        AnswererNat = NatBehaviour.Symmetric,
        Link = new LinkOptions { Delay = TimeSpan.FromMilliseconds(15), Jitter = TimeSpan.FromMilliseconds(20), Loss = 0.1 },
        Signalling = SignallingStyle.Trickle,
    };

    private static byte[] LossyTrace(ulong seed)
    {
        using VirtualPair pair = VirtualPair.Create(Lossy(seed));
        Connect(pair);
        Exchange1(pair);
        pair.Close();
        return pair.Network.Trace.ToArray();

        static void Exchange1(VirtualPair pair)
        {
            pair.Offerer.TrySend("there"u8);
            pair.Network.RunFor(TimeSpan.FromSeconds(1));
        }
    }
}
