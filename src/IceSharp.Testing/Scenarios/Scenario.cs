using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>A test of ICE in virtual time: topology, peers, events at times and expectations, stated one a line, for any test framework.</summary>
/// <remarks>
/// Order does not matter: statements are put together when the scenario is run. Not thread safe while it is being stated; a run changes nothing,
/// so a scenario can be run often, and gives the same packets each time. The same topology carries real agents:
/// see AgentLab in IceSharp.Testing.Agents.
/// </remarks>
/// <example><code>
/// new Scenario("a router reboots in the middle of a call")
///     .AddStunServer("stun", "192.0.2.2")
///     .AddTurnServer("turn", "192.0.2.1")
///     .AddNat("router", NatBehaviour.PortRestrictedCone, "203.0.113.1")
///     .AddHost("laptop", "192.168.1.2", behind: "router")
///     .AddHost("server", "198.51.100.2")
///     .AddPeer("alice", on: "laptop", uses: ["stun", "turn"])
///     .AddPeer("bob", on: "server", uses: ["stun"])
///     .Call("alice", "bob")
///     .Reboot("router", at: TimeSpan.FromSeconds(20))
///     .SendData("alice", "bob", every: TimeSpan.FromMilliseconds(20), from: TimeSpan.FromSeconds(5), until: TimeSpan.FromSeconds(60))
///     .ExpectConnected("alice", "bob", within: TimeSpan.FromSeconds(3))
///     .ExpectDelivered("alice", "bob", atLeast: 0.9)
///     .Verify();
/// </code></example>
[Experimental("ICE0001")]
public sealed class Scenario
{
    private readonly List<ScenarioNode> _nodes = [];
    private readonly List<ScenarioPeer> _peers = [];
    private readonly List<ScenarioCall> _calls = [];
    private readonly List<ScenarioEvent> _events = [];
    private readonly List<ScenarioExpectation> _expectations = [];

    /// <summary>Begins a scenario.</summary>
    /// <param name="name">What it is about; printed when it fails.</param>
    /// <param name="seed">Decides all that is left to chance.</param>
    public Scenario(string name, ulong seed = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Seed = seed;
    }

    /// <summary>What it is about.</summary>
    public string Name { get; }

    /// <summary>Decides all that is left to chance.</summary>
    public ulong Seed { get; private set; }

    /// <summary>How long it lasts in virtual time.</summary>
    /// <value>The default is one minute.</value>
    public TimeSpan Duration { get; private set; } = TimeSpan.FromMinutes(1);

    internal IReadOnlyList<ScenarioNode> Nodes => _nodes;

    internal IReadOnlyList<ScenarioPeer> Peers => _peers;

    internal IReadOnlyList<ScenarioCall> Calls => _calls;

    internal IReadOnlyList<ScenarioEvent> Events => _events;

    internal IReadOnlyList<ScenarioExpectation> Expectations => _expectations;

    /// <summary>The same scenario with another seed.</summary>
    /// <param name="seed">Decides all that is left to chance.</param>
    public Scenario WithSeed(ulong seed)
    {
        Scenario other = new(Name, seed) { Duration = Duration };
        other._nodes.AddRange(_nodes);
        other._peers.AddRange(_peers);
        other._calls.AddRange(_calls);
        other._events.AddRange(_events);
        other._expectations.AddRange(_expectations);
        return other;
    }

    /// <summary>Says how long the scenario lasts.</summary>
    /// <param name="duration">Virtual time; positive.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="duration"/> is not positive.</exception>
    public Scenario Lasts(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        Duration = duration;
        return this;
    }

    /// <summary>Adds a STUN server on the internet, port 3478.</summary>
    /// <param name="name">Its name, unique among servers, NATs and hosts.</param>
    /// <param name="address">An IPv4 or IPv6 literal.</param>
    /// <param name="link">Its link; null is a perfect one.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario AddStunServer(string name, string address, LinkOptions? link = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Add(new ScenarioNode(ScenarioNodeKind.StunServer, name, address, null, new ScenarioStatement($"AddStunServer(\"{name}\", \"{address}\")", file, line)) { Link = link });

    /// <summary>Adds a STUN and TURN server on the internet, port 3478; peers that use it get credentials.</summary>
    /// <param name="name">Its name, unique among servers, NATs and hosts.</param>
    /// <param name="address">An IPv4 or IPv6 literal.</param>
    /// <param name="options">What it offers; null is the defaults.</param>
    /// <param name="link">Its link; null is a perfect one.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario AddTurnServer(string name, string address, StunTurnServerOptions? options = null, LinkOptions? link = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Add(new ScenarioNode(ScenarioNodeKind.TurnServer, name, address, null, new ScenarioStatement($"AddTurnServer(\"{name}\", \"{address}\")", file, line)) { Link = link, Server = options });

    /// <summary>Adds a NAT.</summary>
    /// <param name="name">Its name, unique among servers, NATs and hosts.</param>
    /// <param name="behaviour">How it maps and filters.</param>
    /// <param name="address">Its outer address, an IPv4 or IPv6 literal.</param>
    /// <param name="behind">The NAT it stands behind; null is the internet.</param>
    /// <param name="link">Its outer link; null is a perfect one.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario AddNat(string name, NatBehaviour behaviour, string address, string? behind = null, LinkOptions? link = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(behaviour);
        return Add(new ScenarioNode(ScenarioNodeKind.Nat, name, address, behind, new ScenarioStatement($"AddNat(\"{name}\", …, \"{address}\"{Behind(behind)})", file, line)) { Link = link, Behaviour = behaviour });
    }

    /// <summary>Adds a host.</summary>
    /// <param name="name">Its name, unique among servers, NATs and hosts.</param>
    /// <param name="address">Its address, an IPv4 or IPv6 literal.</param>
    /// <param name="behind">The NAT it stands behind; null is the internet.</param>
    /// <param name="link">Its link; null is a perfect one.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario AddHost(string name, string address, string? behind = null, LinkOptions? link = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Add(new ScenarioNode(ScenarioNodeKind.Host, name, address, behind, new ScenarioStatement($"AddHost(\"{name}\", \"{address}\"{Behind(behind)})", file, line)) { Link = link });

    /// <summary>Gives a host one more address on an interface of its own.</summary>
    /// <param name="host">The host.</param>
    /// <param name="address">The address, an IPv4 or IPv6 literal.</param>
    /// <param name="behind">The NAT the interface stands behind; null is the internet.</param>
    /// <param name="link">Its link; null is a perfect one.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario AddInterface(string host, string address, string? behind = null, LinkOptions? link = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        Add(new ScenarioNode(ScenarioNodeKind.Host, $"{host}/{address}", address, behind, new ScenarioStatement($"AddInterface(\"{host}\", \"{address}\"{Behind(behind)})", file, line)) { Link = link, InterfaceOf = host });

    /// <summary>Puts an agent on a host.</summary>
    /// <param name="name">Its name, unique among peers.</param>
    /// <param name="on">The host.</param>
    /// <param name="uses">Servers it gathers from.</param>
    /// <param name="configure">Changes its settings; null leaves the defaults.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario AddPeer(string name, string on, IReadOnlyList<string>? uses = null, Func<IceAgentMachineOptions, IceAgentMachineOptions>? configure = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        _peers.Add(new ScenarioPeer(name, on, uses ?? [], configure, new ScenarioStatement($"AddPeer(\"{name}\", on: \"{on}\")", file, line)));
        return this;
    }

    /// <summary>Has two peers connect.</summary>
    /// <param name="offerer">The peer that describes itself first.</param>
    /// <param name="answerer">The peer that answers.</param>
    /// <param name="at">When; null is the beginning.</param>
    /// <param name="signalling">How descriptions travel.</param>
    /// <param name="signallingDelay">How long they travel; null is 50 ms.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario Call(string offerer, string answerer, TimeSpan? at = null, SignallingStyle signalling = SignallingStyle.Full, TimeSpan? signallingDelay = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        _calls.Add(new ScenarioCall(offerer, answerer, at ?? TimeSpan.Zero, signalling, signallingDelay ?? TimeSpan.FromMilliseconds(50), new ScenarioStatement($"Call(\"{offerer}\", \"{answerer}\"{When(at)})", file, line)));
        return this;
    }

    /// <summary>Has anything happen.</summary>
    /// <param name="at">When, from the beginning.</param>
    /// <param name="what">What, for the timeline.</param>
    /// <param name="action">Does it.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario At(TimeSpan at, string what, Action<ScenarioWorld> action, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(action);
        _events.Add(new ScenarioEvent(at, action, new ScenarioStatement($"At({Seconds(at)}, \"{what}\")", file, line)));
        return this;
    }

    /// <summary>Switches a NAT off and on: its mappings are gone.</summary>
    /// <param name="nat">The NAT.</param>
    /// <param name="at">When, from the beginning.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario Reboot(string nat, TimeSpan at, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        _events.Add(new ScenarioEvent(at, w => w.Nat(nat).Reboot(), new ScenarioStatement($"Reboot(\"{nat}\"{When(at)})", file, line)) { Target = (ScenarioNodeKind.Nat, nat) });
        return this;
    }

    /// <summary>Changes the link of a host's first interface.</summary>
    /// <param name="host">The host.</param>
    /// <param name="at">When, from the beginning.</param>
    /// <param name="link">The link from then on; <see cref="LinkOptions.Down"/> unplugs it.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario ChangeLink(string host, TimeSpan at, LinkOptions link, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(link);
        _events.Add(new ScenarioEvent(at, w => w.Host(host).Interfaces[0].Link = link, new ScenarioStatement($"ChangeLink(\"{host}\"{When(at)})", file, line)) { Target = (ScenarioNodeKind.Host, host) });
        return this;
    }

    /// <summary>Switches a server off for good.</summary>
    /// <param name="server">The STUN or TURN server.</param>
    /// <param name="at">When, from the beginning.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario SwitchOff(string server, TimeSpan at, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        _events.Add(new ScenarioEvent(at, w => w.Server(server).Dispose(), new ScenarioStatement($"SwitchOff(\"{server}\"{When(at)})", file, line)) { Target = (ScenarioNodeKind.StunServer, server) });
        return this;
    }

    /// <summary>Has a peer hang up.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="at">When, from the beginning.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario Close(string peer, TimeSpan at, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        _events.Add(new ScenarioEvent(at, w => w.Agent(peer).Close(), new ScenarioStatement($"Close(\"{peer}\"{When(at)})", file, line)) { Peer = peer });
        return this;
    }

    /// <summary>Has a peer send data at a steady pace; what it sends without a route counts as lost.</summary>
    /// <param name="sender">The peer that sends, 20 bytes a packet.</param>
    /// <param name="receiver">The peer that receives.</param>
    /// <param name="every">Time between two packets; positive.</param>
    /// <param name="from">When it begins.</param>
    /// <param name="until">When it ends; after <paramref name="from"/>.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="every"/> is not positive.</exception>
    public Scenario SendData(string sender, string receiver, TimeSpan every, TimeSpan from, TimeSpan until, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(every, TimeSpan.Zero);
        ScenarioStatement statement = new($"SendData(\"{sender}\", \"{receiver}\"{When(from)} until {Seconds(until)})", file, line);
        _events.Add(new ScenarioEvent(from, w => w.BeginSending(sender, receiver, every, until), statement) { Peer = sender });
        _events.Add(new ScenarioEvent(until, _ => { }, statement) { Peer = receiver });
        return until > from ? this : throw new ScenarioException(statement, "it ends before it begins");
    }

    /// <summary>Expects two peers to have nominated pairs for everything.</summary>
    /// <param name="one">A peer.</param>
    /// <param name="other">Its peer.</param>
    /// <param name="within">By when, from the beginning; null is the end.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario ExpectConnected(string one, string other, TimeSpan? within = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ExpectState(IceConnectionState.Completed, one, other, within, $"ExpectConnected(\"{one}\", \"{other}\"{Within(within)})", file, line);

    /// <summary>Expects two peers to have given up.</summary>
    /// <param name="one">A peer.</param>
    /// <param name="other">Its peer.</param>
    /// <param name="within">By when, from the beginning; null is the end.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario ExpectFailed(string one, string other, TimeSpan? within = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ExpectState(IceConnectionState.Failed, one, other, within, $"ExpectFailed(\"{one}\", \"{other}\"{Within(within)})", file, line);

    /// <summary>Expects a peer's selected pair at the end to be of these types.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="local">Type of its own candidate.</param>
    /// <param name="remote">Type of the other one's.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario ExpectPath(string peer, IceCandidateType local, IceCandidateType remote, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        string? Judge(ScenarioWorld world) => world.Agent(peer).Machine.GetRoute(0, 1)?.Pair switch
        {
            null => $"{peer} has no pair",
            { } pair when pair.Local.Type == local && pair.Remote.Type == remote => null,
            { } pair => $"{peer} uses {ReplayText.Name(pair)}",
        };
        _expectations.Add(new ScenarioExpectation(null, Judge, new ScenarioStatement($"ExpectPath(\"{peer}\", {local}, {remote})", file, line)) { Peers = [peer] });
        return this;
    }

    /// <summary>Expects data that <see cref="SendData"/> sends to have arrived.</summary>
    /// <param name="sender">The peer that sends.</param>
    /// <param name="receiver">The peer that receives.</param>
    /// <param name="atLeast">The share, 0 to 1, of all that was or should have been sent.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario ExpectDelivered(string sender, string receiver, double atLeast = 1, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        string? Judge(ScenarioWorld world)
        {
            (int due, int arrived) = world.Delivery(sender, receiver);
            return due > 0 && arrived >= atLeast * due ? null : $"{arrived} of {due} packets arrived";
        }

        string share = atLeast.ToString("0.###", CultureInfo.InvariantCulture);
        _expectations.Add(new ScenarioExpectation(null, Judge, new ScenarioStatement($"ExpectDelivered(\"{sender}\", \"{receiver}\", {share})", file, line)) { Peers = [sender, receiver] });
        return this;
    }

    /// <summary>Expects anything.</summary>
    /// <param name="what">What, in words.</param>
    /// <param name="holds">Whether it holds.</param>
    /// <param name="at">When; null is the end.</param>
    /// <param name="file">Left out: the compiler knows.</param>
    /// <param name="line">Left out: the compiler knows.</param>
    public Scenario Expect(string what, Func<ScenarioWorld, bool> holds, TimeSpan? at = null, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(holds);
        _expectations.Add(new ScenarioExpectation(at, w => holds(w) ? null : "it does not hold", new ScenarioStatement($"Expect(\"{what}\"{When(at)})", file, line)));
        return this;
    }

    /// <summary>Looks for contradictions.</summary>
    /// <exception cref="ScenarioException">A name is unknown or taken, an address clashes, an event lies in the past or after the end, NATs stand behind each other in a circle.</exception>
    public Scenario Build()
    {
        ScenarioValidation.Validate(this);
        return this;
    }

    /// <summary>Builds the topology, for tests that act on it by themselves.</summary>
    /// <exception cref="ScenarioException">The scenario contradicts itself.</exception>
    public ScenarioWorld CreateWorld() => new(Build());

    /// <summary>Runs the scenario with the agents' machines.</summary>
    /// <returns>What came of it; look at <see cref="ScenarioResult.Failures"/>.</returns>
    /// <exception cref="ScenarioException">The scenario contradicts itself.</exception>
    public ScenarioResult Run() => ScenarioRun.Run(Build(), recordings: null);

    /// <summary>Runs the scenario, and throws when something is not as expected.</summary>
    /// <exception cref="ScenarioException">The scenario contradicts itself.</exception>
    /// <exception cref="ScenarioFailedException">An expectation or an invariant does not hold: with seed, recordings and timeline.</exception>
    public void Verify() => Run().ThrowIfFailed();

    private static string Behind(string? nat) => nat is null ? string.Empty : $", behind: \"{nat}\"";

    private static string When(TimeSpan? at) => at is { } time ? $", at: {Seconds(time)}" : string.Empty;

    private static string Within(TimeSpan? within) => within is { } time ? $", within: {Seconds(time)}" : string.Empty;

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    private Scenario Add(ScenarioNode node)
    {
        _nodes.Add(node);
        return this;
    }

    private Scenario ExpectState(IceConnectionState state, string one, string other, TimeSpan? within, string text, string file, int line)
    {
        string? Judge(ScenarioWorld world)
        {
            VirtualAgent[] agents = [world.Agent(one), world.Agent(other)];
            return agents.All(a => a.Machine.State == state) ? null : string.Join(", ", agents.Select(a => $"{a}"));
        }

        _expectations.Add(new ScenarioExpectation(within, Judge, new ScenarioStatement(text, file, line)) { Peers = [one, other] });
        return this;
    }
}
