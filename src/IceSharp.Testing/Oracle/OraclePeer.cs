namespace IceSharp.Testing;

/// <summary>What the <see cref="ConnectivityOracle"/> is told of one peer: where it stands and which servers it may ask.</summary>
/// <param name="Host">The peer's host; each of its interfaces gives a host candidate.</param>
public sealed record OraclePeer(VirtualHost Host)
{
    /// <summary>STUN servers it asks for reflexive addresses.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<VirtualStunTurnServer> StunServers { get; init; } = [];

    /// <summary>TURN servers it allocates on; each gives a reflexive address and a relayed one.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<VirtualStunTurnServer> TurnServers { get; init; } = [];

    /// <summary>TURN servers it allocates on over TCP or TLS: those that stand in <see cref="TurnServers"/> too only where they cannot be reached over UDP.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<OracleStreamServer> TurnStreams { get; init; } = [];

    /// <summary>Whether checks may start before this peer's own gathering is over, so that a reflexive address is learnt from a check first and ranks as peer-reflexive.</summary>
    /// <value>The default is false: gathering is over first.</value>
    public bool GathersDuringChecks { get; init; }

    /// <summary>Whether this peer's checks may arrive before the candidate they come from was signalled, which makes that candidate peer-reflexive.</summary>
    /// <value>The default is false: candidates come in one description.</value>
    public bool TricklesCandidates { get; init; }
}
