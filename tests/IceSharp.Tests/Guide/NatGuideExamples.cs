using IceSharp.Testing;

namespace IceSharp.Tests.Guide;

/// <summary>The examples of docs/guide/test-your-app-against-nats.md, so that they compile and run; <see cref="NatGuideTests"/> compares the two.</summary>
public class NatGuideExamples
{
    // example begins
    [Fact]
    public void A_call_survives_a_router_that_reboots() =>
        new Scenario("a router reboots in the middle of a call")
            .AddStunServer("stun", "192.0.2.2")
            .AddNat("router", NatBehaviour.PortRestrictedCone, "203.0.113.1")
            .AddHost("laptop", "192.168.1.2", behind: "router", link: new LinkOptions { Delay = TimeSpan.FromMilliseconds(20) })
            .AddHost("desk", "198.51.100.2")
            .AddPeer("alice", on: "laptop", uses: ["stun"])
            .AddPeer("bob", on: "desk", uses: ["stun"])
            .Call("alice", "bob")
            .SendData("alice", "bob", every: TimeSpan.FromMilliseconds(20), from: TimeSpan.FromSeconds(5), until: TimeSpan.FromSeconds(50))
            .Reboot("router", at: TimeSpan.FromSeconds(20))
            .ExpectConnected("alice", "bob", within: TimeSpan.FromSeconds(2))
            .ExpectDelivered("alice", "bob", atLeast: 0.99)
            .Verify();
    // example ends

    // example begins
    public sealed class Chat(IceAgentOptions options) : IAsyncDisposable     // the application under test: it takes its options from outside
    {
        private readonly IceAgent _agent = new(options);
        private readonly byte[] _buffer = new byte[1500];
        private IceConnection? _connection;

        public async Task<string> OfferAsync() => (await _agent.GatherAllAsync()).ToSdp();

        public async Task<string> AnswerAsync(string offer)
        {
            _agent.SetRemoteDescription(IceDescription.Parse(offer));
            return await OfferAsync();
        }

        public void Accept(string answer) => _agent.SetRemoteDescription(IceDescription.Parse(answer));

        public async Task ConnectAsync() => _connection = await _agent.ConnectAsync();

        public async Task SayAsync(string text) => await _connection!.SendAsync(System.Text.Encoding.UTF8.GetBytes(text));

        public async Task<string> HearAsync() => System.Text.Encoding.UTF8.GetString(_buffer, 0, await _connection!.ReceiveAsync(_buffer));

        public ValueTask DisposeAsync() => _agent.DisposeAsync();
    }

    [Fact]
    public void Chat_works_behind_a_carrier_whose_nat_reboots()
    {
        using AgentLab lab = new(new Scenario("a phone behind its carrier's NAT, a friend at home")
            .AddStunServer("stun", "192.0.2.2")
            .AddTurnServer("turn", "192.0.2.1")
            .AddNat("carrier", NatBehaviour.Symmetric, "203.0.113.1")
            .AddNat("hotspot", NatBehaviour.PortRestrictedCone, "100.64.0.2", behind: "carrier")
            .AddNat("home", NatBehaviour.PortRestrictedCone, "203.0.113.2")
            .AddHost("phone", "192.168.43.2", behind: "hotspot", link: new LinkOptions { Delay = TimeSpan.FromMilliseconds(40), Loss = 0.02 })
            .AddHost("desk", "192.168.1.2", behind: "home")
            .AddPeer("alice", on: "phone", uses: ["stun", "turn"])
            .AddPeer("bob", on: "desk", uses: ["stun", "turn"])
            .Reboot("hotspot", at: TimeSpan.FromSeconds(20)));
        lab.Run(async () =>
        {
            await using Chat alice = new(lab.CreateOptions("alice")), bob = new(lab.CreateOptions("bob"));
            alice.Accept(await bob.AnswerAsync(await alice.OfferAsync()));
            await Task.WhenAll(alice.ConnectAsync(), bob.ConnectAsync());

            Task<string> heard = bob.HearAsync();
            await alice.SayAsync("hello");
            (await heard).Should().Be("hello");

            await Task.Delay(TimeSpan.FromSeconds(40), lab.TimeProvider);    // the hotspot has rebooted; the application noticed nothing
            heard = bob.HearAsync();
            await alice.SayAsync("still here");
            (await heard).Should().Be("still here");
        });
    }
    // example ends

    // example begins
    public static TheoryData<string, string> Routers
    {
        get
        {
            string[] kinds = ["full cone", "address restricted", "port restricted", "symmetric"];
            TheoryData<string, string> pairs = [];
            foreach (string one in kinds)
            {
                foreach (string other in kinds)
                {
                    pairs.Add(one, other);
                }
            }

            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public void Every_pair_of_routers_connects_and_pays_for_a_relay_only_where_it_must(string one, string other)
    {
        bool needsRelay = (one, other) is ("symmetric", "symmetric" or "port restricted") or ("port restricted", "symmetric");
        for (ulong seed = 1; seed <= 5; seed++)
        {
            new Scenario($"{one} to {other}", seed)
                .AddStunServer("stun", "192.0.2.2")
                .AddTurnServer("turn", "192.0.2.1")
                .AddNat("router 1", Kind(one), "203.0.113.1")
                .AddNat("router 2", Kind(other), "203.0.113.2")
                .AddHost("host 1", "192.168.1.2", behind: "router 1", link: new LinkOptions { Delay = TimeSpan.FromMilliseconds(10) })
                .AddHost("host 2", "192.168.1.2", behind: "router 2", link: new LinkOptions { Delay = TimeSpan.FromMilliseconds(25) })
                .AddPeer("alice", on: "host 1", uses: ["stun", "turn"])
                .AddPeer("bob", on: "host 2", uses: ["stun", "turn"])
                .Call("alice", "bob")
                .ExpectConnected("alice", "bob")
                .Expect(needsRelay ? "the relay carries it" : "no relay carries it", world => UsesRelay(world) == needsRelay)
                .Verify();
        }
    }

    private static NatBehaviour Kind(string name) => name switch
    {
        "full cone" => NatBehaviour.FullCone,
        "address restricted" => NatBehaviour.AddressRestrictedCone,
        "port restricted" => NatBehaviour.PortRestrictedCone,
        _ => NatBehaviour.Symmetric,
    };

    private static bool UsesRelay(ScenarioWorld world) =>
        world.Agent("alice").Machine.GetRoute(0, 1)!.Pair is var pair
        && (pair.Local.Type == IceCandidateType.Relayed || pair.Remote.Type == IceCandidateType.Relayed);
    // example ends
}
