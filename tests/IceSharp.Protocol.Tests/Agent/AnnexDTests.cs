using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using static IceSharp.IceCandidateType;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>The worked examples of the ICE catalogue: priorities, pair order, pruning and initial states, computed and not taken from the examples of RFCs, which differ (T61).</summary>
public class AnnexDTests
{
    [Theory]
    [Rfc("ICE-8445-5.1.2.1-a")]
    [Rfc("ICE-8445-5.1.2.2-a")]
    [InlineData(Host, 65535, 1, 2130706431u)]
    [InlineData(ServerReflexive, 65535, 1, 1694498815u)]
    [InlineData(Relayed, 65535, 1, 16777215u)]
    [InlineData(PeerReflexive, 65535, 1, 1862270975u)]
    [InlineData(Host, 65535, 2, 2130706430u)]
    [InlineData(ServerReflexive, 65535, 2, 1694498814u)]
    [InlineData(Relayed, 65535, 2, 16777214u)]
    [InlineData(PeerReflexive, 65535, 2, 1862270974u)]
    [InlineData(Host, 65534, 1, 2130706175u)]
    [InlineData(ServerReflexive, 65534, 1, 1694498559u)]
    [InlineData(Relayed, 65534, 1, 16776959u)]
    [InlineData(Relayed, 0, 255, 1u)]
    [InlineData(Host, 65535, 256, 2130706176u)]
    public void Candidate_priority_follows_the_formula(IceCandidateType type, int localPreference, int component, uint expected) =>
        IcePriority.Candidate(type, localPreference, component).Should().Be(expected);

    [Fact]
    [Rfc("ICE-8445-5.1.2-b")]
    [Rfc("ICE-8445-5.1.2.1-h")]
    public void A_priority_of_zero_and_a_component_out_of_range_are_refused()
    {
        ((Func<uint>)(() => IcePriority.Candidate(Relayed, 0, 256))).Should().Throw<ArgumentOutOfRangeException>();
        ((Func<uint>)(() => IcePriority.Candidate(Host, 0, 0))).Should().Throw<ArgumentOutOfRangeException>();
        ((Func<uint>)(() => IcePriority.Candidate(Host, 65536, 1))).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [Rfc("ICE-8445-6.1.2.3-a")] // T46
    [InlineData(1, 1, 4294967298)]
    [InlineData(2, 1, 4294967301)]
    [InlineData(1, 2, 4294967300)]
    [InlineData(2147483647, 2147483647, 9223372036854775806)]
    [InlineData(2147483647, 2147483646, 9223372032559808511)]
    public void Pair_priority_is_computed_in_64_bits(uint controlling, uint controlled, ulong expected) =>
        IcePriority.Pair(controlling, controlled).Should().Be(expected);

    [Theory]
    [Rfc("ICE-8445-6.1.2.3-d")] // T46
    [InlineData(0u, 1u)]
    [InlineData(2147483648u, 2147483647u)]
    [InlineData(4294967295u, 2147483647u)]
    public void A_priority_from_the_wire_is_forced_into_its_range(uint received, uint used) => IcePriority.Clamp(received).Should().Be(used);

    [Fact]
    [Rfc("ICE-8445-6.1.2-a")]
    [Rfc("ICE-8445-6.1.2.4-a")] // T26
    [Rfc("ICE-8445-6.1.2.4-b")]
    public void Nine_pairs_of_the_controlling_agent_become_six_in_this_order() =>
        Pairs(IceRole.Controlling, LeftSide(), RightSide()).Should().Equal(
            ("Lh", "Rh", 9151314442783293438),
            ("Lh", "Rs", 7277816997797167103),
            ("Lh", "Rr", 72057594004373503),
            ("Lr", "Rh", 72057594004373502),
            ("Lr", "Rs", 72057593131958270),
            ("Lr", "Rr", 72057589776515070));

    [Fact]
    [Rfc("ICE-8445-6.1.2.3-c")]
    public void The_controlled_agent_has_the_mirrored_pairs_with_the_same_priorities() =>
        Pairs(IceRole.Controlled, RightSide(), LeftSide()).Should().Equal(
            ("Rh", "Lh", 9151314442783293438),
            ("Rh", "Ls", 7277816997797167102),
            ("Rr", "Lh", 72057594004373503),
            ("Rh", "Lr", 72057594004373502),
            ("Rr", "Ls", 72057593131958271),
            ("Rr", "Lr", 72057589776515070));

    [Fact]
    [Rfc("ICE-8445-6.1.2.3-b")]
    public void A_role_switch_moves_the_last_bit_and_the_order()
    {
        Lists lists = Lists.Form(IceRole.Controlling, LeftSide(), RightSide());
        lists.Context.Role.Decide(IceRole.Controlled, "test");
        lists.Set.OnRoleChanged();

        lists.Describe().Should().Equal(
            ("Lh", "Rh", 9151314442783293438),
            ("Lh", "Rs", 7277816997797167102),
            ("Lr", "Rh", 72057594004373503),
            ("Lh", "Rr", 72057594004373502),
            ("Lr", "Rs", 72057593131958271),
            ("Lr", "Rr", 72057589776515070));
    }

    [Fact]
    [Rfc("ICE-8445-6.1.2.6-c")]
    public void With_two_components_the_first_of_each_foundation_is_Waiting()
    {
        Lists lists = Lists.Form(IceRole.Controlling, LeftSide(components: 2), RightSide(components: 2));
        lists.Stream.Checklist.Pairs.Select(p => (p.Component, p.Priority, p.State)).Should().Equal(
            (1, 9151314442783293438, IceCandidatePairState.Waiting),
            (2, 9151314438488326140, IceCandidatePairState.Frozen),
            (1, 7277816997797167103, IceCandidatePairState.Waiting),
            (2, 7277816993502199805, IceCandidatePairState.Frozen),
            (1, 72057594004373503, IceCandidatePairState.Waiting),
            (1, 72057594004373502, IceCandidatePairState.Waiting),
            (1, 72057593131958270, IceCandidatePairState.Waiting),
            (1, 72057589776515070, IceCandidatePairState.Waiting),
            (2, 72057589709406205, IceCandidatePairState.Frozen),
            (2, 72057589709406204, IceCandidatePairState.Frozen),
            (2, 72057588836990972, IceCandidatePairState.Frozen),
            (2, 72057585481547772, IceCandidatePairState.Frozen));
    }

    [Fact]
    [Rfc("ICE-8445-7.2.5.3.3-b")]
    [Rfc("ICE-8445-7.2.5.2-a")]
    [Rfc("ICE-8445-6.1.4.2-e")] // T63
    public void Success_unfreezes_its_foundation_and_failure_leaves_it_to_the_scheduler()
    {
        Lists lists = Lists.Form(IceRole.Controlling, LeftSide(components: 2), RightSide(components: 2));
        List<CandidatePair> sent = [];
        while (lists.Set.TakeNext() is { } pair)
        {
            sent.Add(pair);
            lists.Set.Move(pair, IceCandidatePairState.InProgress, "test");
        }

        sent.Select(lists.Name).Should().Equal(("Lh", "Rh"), ("Lh", "Rs"), ("Lh", "Rr"), ("Lr", "Rh"), ("Lr", "Rs"), ("Lr", "Rr"));
        lists.Set.HasNext().Should().BeFalse("every foundation is in progress");

        lists.Set.Move(sent[1], IceCandidatePairState.Succeeded, "test");
        lists.Set.Unfreeze(sent[1]);
        lists.Stream.Checklist.Pairs.Where(p => p.State == IceCandidatePairState.Waiting).Select(lists.Name).Should().Equal(("Lh2", "Rs2"));

        lists.Set.Move(lists.Set.TakeNext()!, IceCandidatePairState.InProgress, "test");
        lists.Set.Move(sent[0], IceCandidatePairState.Failed, "test");
        lists.Stream.Checklist.Pairs.Should().NotContain(p => p.State == IceCandidatePairState.Waiting, "failure unfreezes nothing");
        lists.Name(lists.Set.TakeNext()!).Should().Be(("Lh2", "Rh2"), "nothing of its foundation is under way any more");
    }

    [Fact]
    [Rfc("ICE-8445-6.1.2.3-e")]
    public void Unequal_local_preferences_order_the_pairs()
    {
        Side[] right =
        [
            new("Ra", Host, "172.16.4.7", 1, 2130706431), new("Rb", Host, "172.16.5.7", 1, 2130706175),
            new("Rsa", ServerReflexive, "198.51.100.44", 1, 1694498815), new("Rsb", ServerReflexive, "198.51.100.45", 1, 1694498559),
            new("Rr", Relayed, "203.0.113.77", 1, 16777215),
        ];
        Pairs(IceRole.Controlling, LeftSide(), right).Should().Equal(
            ("Lh", "Ra", 9151314442783293438),
            ("Lh", "Rb", 9151313343271665663),
            ("Lh", "Rsa", 7277816997797167103),
            ("Lh", "Rsb", 7277815898285539327),
            ("Lh", "Rr", 72057594004373503),
            ("Lr", "Ra", 72057594004373502),
            ("Lr", "Rb", 72057594004372990),
            ("Lr", "Rsa", 72057593131958270),
            ("Lr", "Rsb", 72057593131957758),
            ("Lr", "Rr", 72057589776515070));
    }

    [Fact]
    [Rfc("ICE-8445-6.1.2.5-a")]
    [Rfc("ICE-8445-6.1.2.5-c")]
    public void The_number_of_pairs_is_limited_from_the_low_end()
    {
        Side[] right = [.. Enumerable.Range(1, 60).Select(i => new Side($"R{i}", Host, $"172.16.4.{i}", 1, (uint)(2130706431 - (256 * i))))];
        Side[] left = [.. Enumerable.Range(1, 3).Select(i => new Side($"L{i}", Host, $"10.0.1.{i}", 1, (uint)(2130706431 - (256 * i))))];
        Lists lists = Lists.Form(IceRole.Controlling, left, right);

        lists.Stream.Checklist.Pairs.Should().HaveCount(100);
        lists.Stream.Checklist.Pairs[0].Priority.Should().Be(IcePriority.Pair(2130706175, 2130706175));
    }

    private static List<(string, string, ulong)> Pairs(IceRole role, Side[] local, Side[] remote) => Lists.Form(role, local, remote).Describe();

    private static Side[] LeftSide(int components = 1) => Sides("L", "10.0.1.5", "192.0.2.33", "203.0.113.10", components);

    private static Side[] RightSide(int components = 1) => Sides("R", "172.16.4.7", "198.51.100.44", "203.0.113.77", components);

    private static Side[] Sides(string agent, string host, string reflexive, string relayed, int components) =>
    [
        .. from component in Enumerable.Range(1, components)
           from side in new[] { ("h", Host, host), ("s", ServerReflexive, reflexive), ("r", Relayed, relayed) }
           let suffix = component == 1 ? string.Empty : $"{component}"
           select new Side($"{agent}{side.Item1}{suffix}", side.Item2, side.Item3, component, IcePriority.Candidate(side.Item2, 65535, component)),
    ];

    private sealed record Side(string Name, IceCandidateType Type, string Ip, int Component, uint Priority)
    {
        public TransportAddress Address => new(IpAddress.Parse(Ip), (ushort)(50000 + Component));

        public string Foundation => $"{(int)Type}{Ip.Replace(".", "+", StringComparison.Ordinal)}";
    }

    private sealed class Lists
    {
        private readonly List<(string Name, TransportAddress Address, int Component)> _names = [];

        public required AgentContext Context { get; init; }

        public required ChecklistSet Set { get; init; }

        public required AgentStream Stream { get; init; }

        public static Lists Form(IceRole role, Side[] local, Side[] remote)
        {
            var context = new AgentContext(new IceAgentMachineOptions { Role = role }, new TestRandom("annex D"), new IntervalPacingGate());
            var stream = new AgentStream(0, "audio", 2, SdpMedia.Audio, context.Random);
            context.Streams.Add(stream);
            var lists = new Lists { Context = context, Set = new ChecklistSet(context), Stream = stream };
            CandidateBase[] hosts = [];
            foreach (Side side in local)
            {
                lists._names.Add((side.Name, side.Address, side.Component));
                bool isBase = side.Type != ServerReflexive;
                CandidateBase @base = isBase ? Base(stream, side) : hosts.Last(b => b.Socket.Component == side.Component);
                var candidate = new LocalCandidate(stream.Current, side.Component, side.Type, side.Address, @base, null, side.Foundation, 65535, side.Priority);
                stream.LocalCandidates.Add(candidate);
                if (isBase)
                {
                    hosts = side.Type == Host ? [.. hosts, @base] : hosts;
                }
            }

            var remotes = new List<RemoteCandidate>();
            foreach (Side side in remote)
            {
                lists._names.Add((side.Name, side.Address, side.Component));
                remotes.Add(new RemoteCandidate(
                    new IceCandidate { Foundation = side.Foundation, Component = side.Component, Priority = side.Priority, Address = side.Address, Type = side.Type },
                    isSignalled: true));
            }

            stream.RemoteCandidates.AddRange(remotes);
            lists.Set.AddRemote(MonotonicTime.Zero, stream.Current, remotes);
            return lists;
        }

        public (string Local, string Remote) Name(CandidatePair pair) =>
            (Name(pair.Local.Address, pair.Component), Name(pair.Remote.Address, pair.Component));

        public List<(string, string, ulong)> Describe() =>
            [.. Stream.Checklist.Pairs.Select(p => (Name(p).Local, Name(p).Remote, p.Priority))];

        private string Name(TransportAddress address, int component) => _names.First(n => n.Address == address && n.Component == component).Name;

        private static CandidateBase Base(AgentStream stream, Side side)
        {
            var socket = new LocalSocket(new SocketHandle(1), stream, side.Component, new LocalInterfaceAddress("test0", side.Address.Address), 0);
            return new CandidateBase(socket, side.Address, relay: null, usable: true, maxSources: 8);
        }
    }
}
