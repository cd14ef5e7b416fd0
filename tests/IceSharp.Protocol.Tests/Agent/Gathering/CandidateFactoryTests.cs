using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using static IceSharp.IceCandidateType;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>What addresses and answers of servers become: types, bases, foundations, preferences, and what is redundant.</summary>
public class CandidateFactoryTests
{
    [Fact]
    [Rfc("ICE-8445-5.1.1.1-b")]
    [Rfc("ICE-8445-5.1.1.2-k")]
    [Rfc("ICE-8445-4-a")] // T49
    [Rfc("ICE-8839-5.1-k")]
    public void Bases_and_related_addresses_follow_the_type()
    {
        var bench = new Bench();
        LocalSocket socket = bench.Host("10.0.0.5");
        bench.Factory.AddServerReflexive(default, bench.Task(socket, "192.0.2.1"), At("203.0.113.9", 61000));
        bench.Factory.AddRelayed(default, bench.Task(socket, "192.0.2.2"), At("192.0.2.2", 49200), At("203.0.113.9", 61001));

        LocalCandidate[] made = [.. bench.Stream.LocalCandidates];
        made.Select(c => c.Type).Should().Equal(Host, ServerReflexive, Relayed);
        made[0].Base.Address.Should().Be(made[0].Address);
        made[0].Info.RelatedAddress.Should().BeNull();
        made[1].Base.Should().BeSameAs(made[0].Base);
        made[1].Info.RelatedAddress.Should().Be(socket.Address);
        made[2].Base.Address.Should().Be(made[2].Address);
        made[2].Info.RelatedAddress.Should().Be(At("203.0.113.9", 61001));
        made[1].Info.ToSdp().Should().EndWith($"typ srflx raddr 10.0.0.5 rport {socket.Address.Port}");
        made[2].Info.ToSdp().Should().EndWith("typ relay raddr 203.0.113.9 rport 61001");
    }

    [Fact]
    [Rfc("ICE-8445-5.1.3-a")]
    public void Without_a_NAT_the_reflexive_address_is_redundant()
    {
        var bench = new Bench();
        LocalSocket socket = bench.Host("203.0.113.5");

        bench.Factory.AddServerReflexive(default, bench.Task(socket, "192.0.2.1"), socket.Address);

        bench.Stream.LocalCandidates.Should().ContainSingle().Which.Type.Should().Be(Host);
        bench.Factory.Outcomes[^1].Result.Should().Be(GatheringResult.Redundant);
    }

    [Fact]
    [Rfc("ICE-8445-5.1.3-a")]
    [Rfc("ICE-8838-9-a")]
    public void Two_servers_that_see_the_same_address_give_one_candidate_and_the_first_stays_whatever_its_priority()
    {
        var bench = new Bench();
        LocalSocket socket = bench.Host("10.0.0.5");

        bench.Factory.AddServerReflexive(default, bench.Task(socket, "192.0.2.2", index: 1), At("203.0.113.9", 61000));
        uint first = bench.Stream.LocalCandidates[1].Priority;
        bench.Factory.AddServerReflexive(default, bench.Task(socket, "192.0.2.1"), At("203.0.113.9", 61000));

        bench.Stream.LocalCandidates.Should().HaveCount(2);
        bench.Stream.LocalCandidates[1].Priority.Should().Be(first, "a better one of the same address and base comes too late");
        bench.Factory.AddServerReflexive(default, bench.Task(socket, "192.0.2.1"), At("203.0.113.9", 61002));
        bench.Stream.LocalCandidates[2].Priority.Should().BeGreaterThan(first, "the first server is the better one");
    }

    [Fact]
    [Rfc("ICE-8445-5.1.3-b")] // T27
    public void The_same_address_with_another_base_is_not_redundant()
    {
        var bench = new Bench();
        LocalSocket behindNat = bench.Host("10.0.0.5");
        LocalSocket bare = bench.Host("203.0.113.5");

        bench.Factory.AddServerReflexive(default, bench.Task(behindNat, "192.0.2.1"), bare.Address);

        bench.Stream.LocalCandidates.Where(c => c.Address == bare.Address).Select(c => c.Type).Should().BeEquivalentTo([Host, ServerReflexive]);
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.2-l")]
    public void A_relayed_address_that_is_a_host_candidate_is_discarded()
    {
        var bench = new Bench();
        LocalSocket socket = bench.Host("192.0.2.1");

        bench.Factory.AddRelayed(default, bench.Task(socket, "192.0.2.1"), socket.Address, null);

        bench.Stream.LocalCandidates.Should().ContainSingle().Which.Type.Should().Be(Host);
        bench.Factory.Outcomes[^1].Result.Should().Be(GatheringResult.Redundant);
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.3-a")]
    [Rfc("ICE-8445-5.1.1.3-b")]
    [Rfc("ICE-8445-5.1.1.3-c")] // T50
    public void Foundations_agree_exactly_when_type_base_address_and_server_address_do()
    {
        var table = new FoundationTable();
        IpAddress one = IpAddress.Parse("10.0.0.1"), two = IpAddress.Parse("10.0.0.2"), server = IpAddress.Parse("192.0.2.1"), other = IpAddress.Parse("192.0.2.2");
        string foundation = table.Get(ServerReflexive, one, server);

        // Ports and names are no part of it: the address that was contacted decides.
        table.Get(ServerReflexive, one, server).Should().Be(foundation);
        new[] { table.Get(Relayed, one, server), table.Get(ServerReflexive, two, server), table.Get(ServerReflexive, one, other), table.Get(Host, one, default) }
            .Should().OnlyHaveUniqueItems().And.NotContain(foundation);
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.3-d")]
    [Rfc("ICE-8445-5.3-e")]
    public void Components_of_one_interface_and_server_share_their_foundations()
    {
        var bench = new Bench(components: 2);
        foreach (int component in new[] { 1, 2 })
        {
            LocalSocket socket = bench.Host("10.0.0.5", component);
            bench.Factory.AddServerReflexive(default, bench.Task(socket, "192.0.2.1"), At("203.0.113.9", (ushort)(61000 + component)));
            bench.Factory.AddRelayed(default, bench.Task(socket, "192.0.2.1"), At("192.0.2.1", (ushort)(49200 + component)), null);
        }

        IEnumerable<string> Of(int component) => bench.Stream.LocalCandidates.Where(c => c.Component == component).Select(c => c.Foundation);
        Of(1).Should().Equal(Of(2)).And.OnlyHaveUniqueItems();
        Of(1).Should().OnlyContain(f => f.Length >= 1 && f.Length <= 32 && f.All(ch => char.IsAsciiLetterOrDigit(ch) || ch == '+' || ch == '/'));
    }

    [Fact]
    [Rfc("ICE-8445-5.1.2.2-b")]
    public void Each_TURN_server_has_a_local_preference_of_its_own_in_the_configured_order()
    {
        var bench = new Bench();
        LocalSocket socket = bench.Host("10.0.0.5");

        bench.Factory.AddRelayed(default, bench.Task(socket, "192.0.2.2", index: 1), At("192.0.2.2", 49200), null);
        bench.Factory.AddRelayed(default, bench.Task(socket, "192.0.2.1", index: 0), At("192.0.2.1", 49200), null);

        bench.Stream.LocalCandidates.Where(c => c.Type == Relayed).OrderByDescending(c => c.Priority).Select(c => c.Address.Address.ToString())
            .Should().Equal("192.0.2.1", "192.0.2.2");
    }

    [Fact]
    [Rfc("ICE-8445-5.1.2-a")]
    [Rfc("ICE-8445-5.1.2-b")]
    [Rfc("ICE-8445-5.1.2.1-d")]
    public void Priorities_are_legal_and_unique_however_many_addresses_and_servers_there_are()
    {
        var random = new TestRandom("priorities");
        byte[] draw = new byte[2];
        for (int run = 0; run < 20; run++)
        {
            var bench = new Bench(components: 2);
            random.Fill(draw);
            int addresses = 1 + (draw[0] % 12), servers = draw[1] % 6;
            foreach (int component in new[] { 1, 2 })
            {
                for (int a = 0; a < addresses; a++)
                {
                    LocalSocket socket = bench.Host($"10.0.{run}.{a + 1}", component, preferenceIndex: (a * draw[0]) % 300);
                    for (int s = 0; s < servers; s++)
                    {
                        GatheringTask task = bench.Task(socket, $"192.0.2.{s + 1}", s * draw[1]);
                        bench.Factory.AddServerReflexive(default, task, At($"203.0.{a}.{s}", (ushort)(1000 + component)));
                        bench.Factory.AddRelayed(default, bench.Task(socket, $"192.0.2.{s + 1}", s * draw[1]), At($"192.1.{a}.{s}", (ushort)(2000 + component)), null);
                    }
                }
            }

            bench.Stream.LocalCandidates.Should().HaveCount(2 * addresses * (1 + (2 * servers)));
            bench.Stream.LocalCandidates.Select(c => c.Priority).Should().OnlyHaveUniqueItems();
            bench.Stream.LocalCandidates.Should().OnlyContain(c => c.Priority >= 1 && c.Priority <= IcePriority.Max && c.LocalPreference >= 0 && c.LocalPreference <= 65535);
        }
    }

    [Fact]
    public void A_static_rule_adds_a_reflexive_candidate_and_is_shown_on_it()
    {
        var rule = new IceAddressRewrite(IpAddress.Parse("10.0.0.0"), IpAddress.Parse("203.0.113.7")) { PrefixLength = 8 };
        var bench = new Bench(new IceAgentMachineOptions { AddressRewrites = [rule] });
        LocalSocket socket = bench.Host("10.0.0.5");

        LocalCandidate[] made = [.. bench.Stream.LocalCandidates];
        made.Select(c => (c.Type, $"{c.Address.Address}")).Should().Equal((Host, "10.0.0.5"), (ServerReflexive, "203.0.113.7"));
        made[1].Address.Port.Should().Be(socket.Address.Port);
        made[1].Info.Rewrite.Should().Be(rule);
        made[0].Info.Rewrite.Should().BeNull();
        bench.Factory.Outcomes[^1].Detail.Should().Contain("10.0.0.0/8 -> 203.0.113.7");

        // A server that sees what the rule says adds nothing.
        bench.Factory.AddServerReflexive(default, bench.Task(socket, "192.0.2.1"), made[1].Address);
        bench.Stream.LocalCandidates.Should().HaveCount(2);
    }

    [Fact]
    public void A_static_rule_replaces_the_host_candidate_where_it_says_so_and_only_where_it_applies()
    {
        var rule = new IceAddressRewrite(IpAddress.Parse("10.0.0.5"), IpAddress.Parse("203.0.113.7")) { ReplacesHost = true };
        var bench = new Bench(new IceAgentMachineOptions { AddressRewrites = [rule] });
        bench.Host("10.0.0.5");
        bench.Host("10.0.0.6");

        bench.Stream.LocalCandidates.Select(c => (c.Type, $"{c.Address.Address}", c.Info.Rewrite)).Should().Equal((Host, "203.0.113.7", rule), (Host, "10.0.0.6", null));
        bench.Stream.LocalCandidates[0].Info.ToSdp().Should().NotContain("10.0.0.5");
    }

    [Theory]
    [InlineData("10.0.0.1", "2001:db8::1", null)]
    [InlineData("10.0.0.1", "0.0.0.0", null)]
    [InlineData("10.0.0.1", "203.0.113.1", 33)]
    [InlineData("10.0.0.1", "203.0.113.1", -1)]
    public void A_rule_that_leads_nowhere_is_refused(string from, string to, int? bits)
    {
        var options = new IceAgentMachineOptions { AddressRewrites = [new IceAddressRewrite(IpAddress.Parse(from), IpAddress.Parse(to)) { PrefixLength = bits }] };

        Action create = () => _ = new Bench(options).Machine();

        create.Should().Throw<ArgumentException>().WithMessage($"*{to}*");
    }

    [Fact]
    [Rfc("ICE-8445-5.1.2.1-b")]
    [Rfc("ICE-8445-5.1.2.1-c")]
    public void Illegal_type_preferences_are_refused()
    {
        IceTypePreferences[] illegal =
        [
            new() { Host = 127 }, new() { Relayed = -1 }, new() { Host = 110 }, new() { Relayed = 100 }, new() { ServerReflexive = 120 },
        ];
        foreach (IceTypePreferences preferences in illegal)
        {
            Action create = () => _ = new Bench(new IceAgentMachineOptions { TypePreferences = preferences }).Machine();
            create.Should().Throw<ArgumentException>();
        }

        _ = new Bench(new IceAgentMachineOptions { TypePreferences = IceTypePreferences.RelayFirst }).Machine();
    }

    [Fact]
    public void NAT64_prefixes_of_every_length_are_found_and_used()
    {
        (string Answer, string Expected)[] rows =
        [
            ("64:ff9b::c000:aa", "64:ff9b::c633:6401"),
            ("2001:db8:c000:aa::", "2001:db8:c633:6401::"),
            ("2001:db8:1c0:0:aa::", "2001:db8:1c6:3364:1::"),
            ("2001:db8:122:c000:0:aa00::", "2001:db8:122:c633:64:100::"),
            ("2001:db8:122:3c0:0:aa::", "2001:db8:122:3c6:33:6401::"),
            ("2001:db8:122:344:c0:0:aa00::", "2001:db8:122:344:c6:3364:100::"),
        ];
        foreach ((string answer, string expected) in rows)
        {
            Nat64Prefix? prefix = Nat64Prefix.Find([IpAddress.Parse(answer)]);
            prefix!.Synthesize(IpAddress.Parse("198.51.100.1")).Should().Be(IpAddress.Parse(expected), answer);
        }

        Nat64Prefix.Find([IpAddress.Parse("192.0.0.170"), IpAddress.Parse("2001:db8::1")]).Should().BeNull();
    }

    private static TransportAddress At(string address, ushort port) => new(IpAddress.Parse(address), port);

    private sealed class Bench
    {
        private readonly AgentContext _context;
        private readonly IceAgentMachineOptions _options;
        private ushort _port = 50000;

        public Bench(IceAgentMachineOptions? options = null, int components = 1)
        {
            _options = options ?? new IceAgentMachineOptions();
            _context = new AgentContext(_options, new TestRandom("factory"), new IntervalPacingGate());
            Stream = new AgentStream(0, "audio", components, SdpMedia.Audio, _context.Random);
            _context.Streams.Add(Stream);
            Factory = new CandidateFactory(_context, new ChecklistSet(_context));
        }

        public CandidateFactory Factory { get; }

        public AgentStream Stream { get; }

        public IceAgentMachine Machine() => new(_options, new TestRandom("factory"), new IntervalPacingGate());

        public LocalSocket Host(string address, int component = 1, int? preferenceIndex = null)
        {
            var local = new LocalInterfaceAddress("eth0", IpAddress.Parse(address));
            var socket = new LocalSocket(new SocketHandle(_port), Stream, component, local, preferenceIndex ?? _port - 50000)
            {
                Address = new TransportAddress(local.Address, _port++),
            };
            Factory.AddHost(default, socket, TimeSpan.Zero);
            return socket;
        }

        public GatheringTask Task(LocalSocket socket, string server, int index = 0)
        {
            var place = new ServerPlace(StunUriTransport.Udp, At(server, 3478), null);
            return new GatheringTask(new ServerQuest(socket, new IceServerSettings { Kind = IceServerKind.Turn, Host = server }, index, [place]), place);
        }
    }
}
