using System.Diagnostics;
using System.Globalization;
using IceSharp.Simulation.Tests.Sweep;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Faults;

/// <summary>Looks for anything that is wrong with the core that is loaded: scenarios first, then the sweep.</summary>
public static class FaultProbe
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly LinkOptions Link = new() { Delay = TimeSpan.FromMilliseconds(20) };

    /// <summary>The scenarios, by their names.</summary>
    public static IReadOnlyDictionary<string, Func<string?>> Scenarios { get; } = new Dictionary<string, Func<string?>>
    {
        ["two streams"] = TwoStreams,
        ["the peer checks first"] = ThePeerChecksFirst,
        ["a relayed call of twelve minutes"] = RelayedCall,
        ["a peer that is gone"] = PeerGone,
    };

    /// <summary>Finds what is wrong.</summary>
    /// <param name="patience">How long to look.</param>
    /// <returns>What caught it, and why; null when nothing did.</returns>
    public static string? Find(TimeSpan patience)
    {
        Stopwatch watch = Stopwatch.StartNew();
        foreach ((string name, Func<string?> run) in Scenarios)
        {
            if (Try(run) is { } wrong)
            {
                return string.Create(CultureInfo.InvariantCulture, $"scenario \"{name}\"\t{watch.Elapsed.TotalSeconds:0.0} s\t{Line(wrong)}");
            }
        }

        for (ulong seed = 1; watch.Elapsed < patience; seed++)
        {
            using SweepRun run = new(SweepCase.FromSeed(seed));
            if (run.Run() is { } wrong)
            {
                return string.Create(CultureInfo.InvariantCulture, $"seed {seed}\t{watch.Elapsed.TotalSeconds:0.0} s\t{Line(wrong)}");
            }
        }

        return null;
    }

    /// <summary>Runs what has caught something once more.</summary>
    /// <param name="caught">An answer of <see cref="Find"/>, perhaps over another core.</param>
    /// <returns>What is wrong here too; null when nothing is.</returns>
    public static string? Repeat(string caught)
    {
        ArgumentNullException.ThrowIfNull(caught);
        string what = caught.Split('\t')[0];
        if (Scenarios.FirstOrDefault(s => what == $"scenario \"{s.Key}\"").Value is { } scenario)
        {
            return Try(scenario);
        }

        using SweepRun run = new(SweepCase.FromSeed(ulong.Parse(what["seed ".Length..], CultureInfo.InvariantCulture)));
        return run.Run();
    }

    /// <summary>Runs a scenario.</summary>
    /// <param name="run">The scenario.</param>
    /// <returns>What is wrong, exceptions of the agent included; null when nothing is.</returns>
    internal static string? Try(Func<string?> run)
    {
        try
        {
            return run();
        }
        catch (Exception e) when (e is not OutOfMemoryException && !SweepLoadFailure.Is(e))
        {
            return e.Message;
        }
    }

    private static string Line(string wrong) => wrong.Split('\n')[0].Trim();

    // Two streams whose pairs share their foundations.
    private static string? TwoStreams()
    {
        VirtualNetwork network = new(3);
        using VirtualAgent offerer = new(network.AddHost("offerer", "198.51.100.1", link: Link)), answerer = new(network.AddHost("answerer", "198.51.100.2", link: Link));
        foreach (VirtualAgent agent in new[] { offerer, answerer })
        {
            agent.AddDataStream("audio");
            agent.AddDataStream("video");
            agent.Host.AddInterface(Protocol.IpAddress.Parse(agent == offerer ? "198.51.100.3" : "198.51.100.4"), link: Link);
        }

        using VirtualPair pair = new(offerer, answerer);
        pair.Connect();
        return pair.IsCompleted ? PairAgreement.Difference(offerer, answerer) : $"{offerer}, {answerer}";
    }

    // The answerer's first check is dropped at the offerer's NAT; the offerer's own one arrives 40 ms later and must bring the next at once.
    private static string? ThePeerChecksFirst() => Report(Routers("the peer checks first", NatBehaviour.PortRestrictedCone, relayOnly: false)
        .ExpectConnected("alice", "bob", within: TimeSpan.FromMilliseconds(1150)));

    private static string? RelayedCall() => Report(Routers("a relayed call of twelve minutes", NatBehaviour.Symmetric, relayOnly: true)
        .Lasts(TimeSpan.FromMinutes(13))
        .SendData("alice", "bob", every: Second / 5, from: 10 * Second, until: TimeSpan.FromMinutes(12))
        .SendData("bob", "alice", every: Second / 5, from: 10 * Second, until: TimeSpan.FromMinutes(12))
        .ExpectConnected("alice", "bob")
        .ExpectDelivered("alice", "bob")
        .ExpectDelivered("bob", "alice"));

    private static string? PeerGone() => Report(Routers("a peer that is gone", NatBehaviour.FullCone, relayOnly: false)
        .Lasts(2 * TimeSpan.FromMinutes(1))
        .ChangeLink("two", at: 20 * Second, LinkOptions.Down)
        .SendData("alice", "bob", every: Second / 5, from: 5 * Second, until: 110 * Second)
        .Expect("alice may not send any more", w => w.Agent("alice").Machine.GetRoute(0, 1) is null));

    private static Scenario Routers(string name, NatBehaviour nat, bool relayOnly)
    {
        Protocol.Agent.IceAgentMachineOptions Configure(Protocol.Agent.IceAgentMachineOptions options) =>
            relayOnly ? options with { TransportPolicy = IceTransportPolicy.RelayOnly } : options;
        return new Scenario(name)
            .AddStunServer("stun", "192.0.2.2").AddTurnServer("turn", "192.0.2.1")
            .AddNat("router 1", nat, "203.0.113.1").AddNat("router 2", nat, "203.0.113.2")
            .AddHost("one", "192.168.1.2", behind: "router 1", link: Link).AddHost("two", "10.0.0.2", behind: "router 2", link: Link)
            .AddPeer("alice", on: "one", uses: relayOnly ? ["turn"] : ["stun"], Configure).AddPeer("bob", on: "two", uses: relayOnly ? ["turn"] : ["stun"], Configure)
            .Call("alice", "bob");
    }

    private static string? Report(Scenario scenario) => scenario.Run() is { IsOk: false } result ? string.Join("; ", result.Failures) : null;
}
