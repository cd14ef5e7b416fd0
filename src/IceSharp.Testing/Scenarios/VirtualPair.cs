using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>Two agents on a virtual network that exchange descriptions as SDP: the fixture of most simulations.</summary>
/// <remarks>
/// Not thread safe.
/// <example>
/// <code>
/// using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { OffererNat = NatBehaviour.Symmetric, AnswererNat = NatBehaviour.PortRestrictedCone });
/// RunOutcome outcome = pair.Connect();      // RunOutcome.Reached
/// pair.Offerer.TrySend("hello"u8);
/// pair.Network.RunFor(TimeSpan.FromSeconds(1));
/// Console.WriteLine(pair.Network.Trace);    // who sent what to whom, and what became of it
/// </code>
/// </example>
/// </remarks>
[Experimental("ICE0001")]
public sealed class VirtualPair : IDisposable
{
    private const string Username = "user";
    private const string Password = "password";

    private SignallingSide? _offererSide;
    private SignallingSide? _answererSide;

    /// <summary>Puts two agents together, whose data streams are added already.</summary>
    /// <param name="offerer">The agent that describes itself first.</param>
    /// <param name="answerer">The agent that answers; on the same network.</param>
    public VirtualPair(VirtualAgent offerer, VirtualAgent answerer)
    {
        ArgumentNullException.ThrowIfNull(offerer);
        ArgumentNullException.ThrowIfNull(answerer);
        if (offerer.Host.Network != answerer.Host.Network)
        {
            throw new ArgumentException("The agents are on two networks.", nameof(answerer));
        }

        Offerer = offerer;
        Answerer = answerer;
    }

    /// <summary>The agent that describes itself first.</summary>
    public VirtualAgent Offerer { get; }

    /// <summary>The agent that answers.</summary>
    public VirtualAgent Answerer { get; }

    /// <summary>The network of both.</summary>
    public VirtualNetwork Network => Offerer.Host.Network;

    /// <summary>The STUN and TURN server between them, "turn.example.org"; null when the agents were made elsewhere.</summary>
    public VirtualStunTurnServer? Server { get; private init; }

    /// <summary>The STUN server, "stun.example.org": <see cref="Server"/> itself unless it is separate; null when the agents were made elsewhere.</summary>
    public VirtualStunTurnServer? StunServer { get; private init; }

    /// <summary>The offerer's NAT; null when it has none.</summary>
    public Nat? OffererNat { get; private init; }

    /// <summary>The answerer's NAT; null when it has none.</summary>
    public Nat? AnswererNat { get; private init; }

    /// <summary>How descriptions are exchanged.</summary>
    public SignallingStyle Signalling { get; init; }

    /// <summary>How long signalling takes, one way.</summary>
    public TimeSpan SignallingDelay { get; init; }

    /// <summary>How much longer than that a single candidate takes at most when candidates trickle, drawn for each: they overtake one another, and answers.</summary>
    /// <value>The default is zero: all keep their order.</value>
    public TimeSpan TrickleSpread { get; init; }

    /// <summary>Whether both agents have a nominated pair for every component.</summary>
    public bool IsCompleted => Offerer.Machine.State == IceConnectionState.Completed && Answerer.Machine.State == IceConnectionState.Completed;

    /// <summary>Whether both agents can send.</summary>
    public bool IsConnected => IsUp(Offerer) && IsUp(Answerer);

    /// <summary>Whether either agent has given up.</summary>
    public bool IsFailed => Offerer.Machine.State == IceConnectionState.Failed || Answerer.Machine.State == IceConnectionState.Failed;

    /// <summary>Builds the usual scenario: hosts "offerer" and "answerer", a TURN server at 192.0.2.1 and a STUN server at 192.0.2.2.</summary>
    /// <param name="options">What differs from the default; null is two agents on the internet.</param>
    public static VirtualPair Create(VirtualPairOptions? options = null)
    {
        VirtualPairOptions scenario = options ?? new VirtualPairOptions();
        VirtualNetwork network = new(scenario.Seed);
        VirtualStunTurnServer server = network.AddServer("turn", "192.0.2.1", scenario.Server with
        {
            Users = new Dictionary<string, string>(scenario.Server.Users) { [Username] = Password },
        });
        VirtualStunTurnServer stun = scenario.SeparateStunServer ? network.AddServer("stun", "192.0.2.2") : server;
        network.AddName("turn.example.org", $"{server.Host.Address}");
        network.AddName("stun.example.org", $"{stun.Host.Address}");
        Nat? offererNat = scenario.OffererNat is { } one ? network.AddNat("offerer's NAT", one, "203.0.113.1") : null;
        Nat? answererNat = scenario.AnswererNat is { } two ? network.AddNat("answerer's NAT", two, "203.0.113.2") : null;
        VirtualHost offerer = network.AddHost("offerer", offererNat is null ? "198.51.100.1" : "10.0.0.2", offererNat?.Inside, scenario.Link);
        VirtualHost answerer = network.AddHost("answerer", answererNat is null ? "198.51.100.2" : "192.168.1.2", answererNat?.Inside, scenario.Link);
        return new VirtualPair(CreateAgent(offerer, scenario), CreateAgent(answerer, scenario))
        {
            Server = server,
            StunServer = stun,
            OffererNat = offererNat,
            AnswererNat = answererNat,
            Signalling = scenario.Signalling,
            SignallingDelay = scenario.SignallingDelay,
        };
    }

    /// <summary>Starts gathering and the exchange of descriptions; nothing happens before the network runs.</summary>
    public void Start()
    {
        SignallingSide offerer = new(Offerer, Signalling, SignallingDelay, TrickleSpread), answerer = new(Answerer, Signalling, SignallingDelay, TrickleSpread);
        (offerer.Peer, answerer.Peer) = (answerer, offerer);
        (Offerer.Observer, Answerer.Observer) = (offerer.Observe, answerer.Observe);
        (_offererSide, _answererSide) = (offerer, answerer);
        offerer.Begin();
    }

    /// <summary>Has an agent restart ICE (RFC 8445 §9) and tell the other one, as soon as no offer is under way; both may do it at once.</summary>
    /// <param name="agent">One of the two.</param>
    /// <exception cref="ArgumentException">It is another agent.</exception>
    /// <exception cref="InvalidOperationException">The pair has not been started.</exception>
    public void Restart(VirtualAgent agent) => Side(agent).Restart();

    /// <summary>Whether descriptions are on their way, or owed, or a restart is waiting for that to end.</summary>
    public bool IsSignalling => _offererSide is { IsStable: false } || _answererSide is { IsStable: false };

    /// <summary>When the last restart of an agent really began: at the call, or when the exchange that was under way had ended; null when there was none.</summary>
    /// <param name="agent">One of the two.</param>
    /// <exception cref="ArgumentException">It is another agent.</exception>
    /// <exception cref="InvalidOperationException">The pair has not been started.</exception>
    public MonotonicTime? RestartedAt(VirtualAgent agent) => Side(agent).RestartedAt;

    /// <summary>Starts, and runs until both agents have nominated pairs for everything, or one has failed.</summary>
    /// <param name="maxVirtualTime">How long at most, in virtual time; null is 60 s.</param>
    /// <returns><see cref="RunOutcome.Reached"/> also when an agent has failed: look at <see cref="IsCompleted"/>.</returns>
    public RunOutcome Connect(TimeSpan? maxVirtualTime = null)
    {
        Start();
        return Network.RunUntil(() => IsCompleted || IsFailed, maxVirtualTime ?? TimeSpan.FromSeconds(60));
    }

    /// <summary>Closes both agents in good order, and runs until they are closed.</summary>
    /// <param name="maxVirtualTime">How long at most, in virtual time; null is 60 s.</param>
    public RunOutcome Close(TimeSpan? maxVirtualTime = null)
    {
        Offerer.Close();
        Answerer.Close();
        return Network.RunUntil(
            () => Offerer.Machine.State == IceConnectionState.Closed && Answerer.Machine.State == IceConnectionState.Closed,
            maxVirtualTime ?? TimeSpan.FromSeconds(60));
    }

    /// <summary>What happened, for people: who sent what to whom and when, over which pair, and what was decided and why.</summary>
    public string ToTimeline() => ScenarioTimeline.Create(this);

    /// <summary>Stops agents and servers at once.</summary>
    public void Dispose()
    {
        Offerer.Dispose();
        Answerer.Dispose();
        Server?.Dispose();
        StunServer?.Dispose();
    }

    private static VirtualAgent CreateAgent(VirtualHost host, VirtualPairOptions scenario)
    {
        List<IceServerSettings> servers = [.. scenario.Agent.Servers];
        if (scenario.UseStun)
        {
            servers.Add(new IceServerSettings { Kind = IceServerKind.Stun, Host = "stun.example.org" });
        }

        if (scenario.UseTurn)
        {
            servers.Add(new IceServerSettings { Kind = IceServerKind.Turn, Host = "turn.example.org", Username = Username, Password = Password });
        }

        VirtualAgent agent = new(host, scenario.Agent with { Servers = servers });
        agent.AddDataStream("0", scenario.ComponentCount);
        return agent;
    }

    private static bool IsUp(VirtualAgent agent) => agent.Machine.State is IceConnectionState.Connected or IceConnectionState.Completed;

    private SignallingSide Side(VirtualAgent agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        if (agent != Offerer && agent != Answerer)
        {
            throw new ArgumentException($"'{agent.Host.Name}' is no agent of this pair.", nameof(agent));
        }

        return (agent == Offerer ? _offererSide : _answererSide) ?? throw new InvalidOperationException("The pair has not been started.");
    }
}
