using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Scenarios;

public class ScenarioTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly LinkOptions Dsl = new() { Delay = TimeSpan.FromMilliseconds(15) };

    public static TheoryData<string> Names => new(All.Keys);

    private static Dictionary<string, Func<Scenario>> All => new()
    {
        ["two hosts on the internet"] = () => Base("two hosts on the internet")
            .AddHost("one", "198.51.100.1", link: Dsl).AddHost("two", "198.51.100.2", link: Dsl)
            .AddPeer("alice", on: "one", uses: ["stun"]).AddPeer("bob", on: "two", uses: ["stun"])
            .Call("alice", "bob")
            .ExpectConnected("alice", "bob", within: 2 * Second)
            .ExpectPath("alice", IceCandidateType.Host, IceCandidateType.Host),
        ["two home routers"] = () => Behind("two home routers", NatBehaviour.PortRestrictedCone, NatBehaviour.PortRestrictedCone)
            .Call("alice", "bob", signalling: SignallingStyle.Trickle)
            .ExpectConnected("alice", "bob", within: 3 * Second)
            .ExpectPath("alice", IceCandidateType.ServerReflexive, IceCandidateType.ServerReflexive),
        ["two symmetric NATs, the relay helps"] = () => Behind("two symmetric NATs, the relay helps", NatBehaviour.Symmetric, NatBehaviour.Symmetric)
            .Call("alice", "bob")
            .ExpectConnected("alice", "bob", within: 5 * Second)
            .Expect("alice is relayed", w => w.Agent("alice").Machine.GetRoute(0, 1) is { } route && (route.IsRelayed || route.Pair.Remote.Type == IceCandidateType.Relayed)),
        ["carrier-grade NAT, losses"] = () => Base("carrier-grade NAT, losses")
            .AddNat("carrier", NatBehaviour.PortRestrictedCone, "203.0.113.1")
            .AddNat("home", NatBehaviour.PortRestrictedCone, "100.64.0.2", behind: "carrier", link: new LinkOptions { Delay = TimeSpan.FromMilliseconds(20), Loss = 0.05 })
            .AddHost("phone", "192.168.1.2", behind: "home", link: Dsl).AddHost("server", "198.51.100.2")
            .AddPeer("alice", on: "phone", uses: ["stun", "turn"]).AddPeer("bob", on: "server")
            .Call("alice", "bob", at: Second)
            .SendData("alice", "bob", every: TimeSpan.FromMilliseconds(20), from: 10 * Second, until: 20 * Second)
            .ExpectConnected("alice", "bob", within: 10 * Second)
            .ExpectDelivered("alice", "bob", atLeast: 0.85),
        ["nobody there to help"] = () => Behind("nobody there to help", NatBehaviour.Symmetric, NatBehaviour.Symmetric, servers: ["stun"])
            .Call("alice", "bob")
            .ExpectFailed("alice", "bob"),
        ["a hang-up gives the relay back"] = () => Behind("a hang-up gives the relay back", NatBehaviour.Symmetric, NatBehaviour.Symmetric)
            .Call("alice", "bob")
            .Close("alice", at: 20 * Second).Close("bob", at: 20 * Second)
            .Expect("the relay is in use", w => w.Server("turn").Machine.Allocations.Count > 0, at: 19 * Second)
            .Expect("the relay is free", w => w.Server("turn").Machine.Allocations.Count == 0),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Scenario_runs_as_expected(string name) => All[name]().Verify();

    [Theory]
    [MemberData(nameof(Names))]
    public void Same_seed_same_trace_and_another_seed_another_one(string name)
    {
        Scenario scenario = All[name]();
        byte[] first = scenario.Run().Trace.ToArray();

        scenario.Run().Trace.ToArray().Should().Equal(first);
        All[name]().Run().Trace.ToArray().Should().Equal(first, "what is stated again is the same scenario");
        scenario.WithSeed(99).Run().Trace.ToArray().Should().NotEqual(first);
    }

    [Fact]
    public void What_is_not_as_expected_is_told_with_seed_recordings_and_timeline()
    {
        Scenario scenario = Behind("told", NatBehaviour.PortRestrictedCone, NatBehaviour.PortRestrictedCone)
            .Call("alice", "bob")
            .ExpectPath("alice", IceCandidateType.Host, IceCandidateType.Host);

        string message = ((Action)scenario.Verify).Should().Throw<ScenarioFailedException>().Which.Message;

        message.Should().Contain("\"told\" failed with seed 1").And.MatchRegex(@"ScenarioTests\.cs:\d+: ExpectPath\(""alice"", Host, Host\): alice uses ServerReflexive");
        message.Should().MatchRegex(@"alice +192\.168\.1\.2:\d+ -> 203\.0\.113\.2:\d+  Binding request .* Delivered at two after 30 ms \(seen as 203\.0\.113\.1:\d+\)");
        message.Should().MatchRegex(@"bob +pair Host .* - ServerReflexive .*: \w+ -> Waiting: the peer checks it");
        string[] files = message.Split('\n').Single(l => l.StartsWith("recordings", StringComparison.Ordinal)).Split(": ")[1].Split(", ");
        files.Should().HaveCount(2).And.OnlyContain(f => f.EndsWith(".icereplay"));
        foreach (string file in files)
        {
            Replay.Load(file).Run().Difference.Should().BeNull();
        }

        Directory.Delete(Path.GetDirectoryName(files[0])!, recursive: true);
    }

    [Fact]
    public void A_broken_invariant_fails_the_scenario()
    {
        Scenario scenario = Behind("broken", NatBehaviour.FullCone, NatBehaviour.FullCone)
            .Call("alice", "bob")
            .At(Second, "tell of a move that nobody makes", w => ((Protocol.Agent.IAgentJournal)w.Agent("alice").Invariants).Told(new Protocol.Agent.ConnectionStateChanged(IceConnectionState.Closed, IceConnectionState.New, "on purpose")));

        scenario.Run().Failures.Should().Contain(f => f.Contains("on purpose", StringComparison.Ordinal));
    }

    private static Scenario Base(string name) => new Scenario(name).AddStunServer("stun", "192.0.2.2").AddTurnServer("turn", "192.0.2.1");

    private static Scenario Behind(string name, NatBehaviour one, NatBehaviour two, string[]? servers = null) => Base(name)
        .AddNat("router 1", one, "203.0.113.1").AddNat("router 2", two, "203.0.113.2")
        .AddHost("one", "192.168.1.2", behind: "router 1", link: Dsl).AddHost("two", "10.0.0.2", behind: "router 2", link: Dsl)
        .AddPeer("alice", on: "one", uses: servers ?? ["stun", "turn"]).AddPeer("bob", on: "two", uses: servers ?? ["stun", "turn"]);
}
