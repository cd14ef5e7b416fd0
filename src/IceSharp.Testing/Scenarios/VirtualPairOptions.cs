using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>The usual scenario: two agents, a NAT before each if wanted, and a STUN and TURN server between them.</summary>
public sealed record VirtualPairOptions
{
    /// <summary>The seed of everything.</summary>
    /// <value>The default is 1.</value>
    public ulong Seed { get; init; } = 1;

    /// <summary>The NAT before the offerer; null puts it on the internet.</summary>
    public NatBehaviour? OffererNat { get; init; }

    /// <summary>The NAT before the answerer; null puts it on the internet.</summary>
    public NatBehaviour? AnswererNat { get; init; }

    /// <summary>The link of each agent's host.</summary>
    /// <value>The default delays by 10 ms: 40 ms from agent to agent and back, 20 ms to the server and back.</value>
    public LinkOptions Link { get; init; } = new() { Delay = TimeSpan.FromMilliseconds(10) };

    /// <summary>Whether the agents ask the server for reflexive addresses.</summary>
    /// <value>The default is true.</value>
    public bool UseStun { get; init; } = true;

    /// <summary>Whether the agents ask the server for relayed addresses.</summary>
    /// <value>The default is true.</value>
    public bool UseTurn { get; init; } = true;

    /// <summary>Whether STUN is a host of its own, so that each agent asks two addresses; otherwise both are one address and port.</summary>
    /// <value>The default is true.</value>
    public bool SeparateStunServer { get; init; } = true;

    /// <summary>Settings of the TURN server; its user is added to theirs.</summary>
    public StunTurnServerOptions Server { get; init; } = new();

    /// <summary>Settings of both agents; the servers of this scenario are added to theirs.</summary>
    public IceAgentMachineOptions Agent { get; init; } = new();

    /// <summary>Number of components of the one data stream.</summary>
    /// <value>The default is 1.</value>
    public int ComponentCount { get; init; } = 1;

    /// <summary>How descriptions are exchanged.</summary>
    /// <value>The default is <see cref="SignallingStyle.Full"/>.</value>
    public SignallingStyle Signalling { get; init; } = SignallingStyle.Full;

    /// <summary>How long signalling takes, one way.</summary>
    /// <value>The default is zero.</value>
    public TimeSpan SignallingDelay { get; init; }
}
