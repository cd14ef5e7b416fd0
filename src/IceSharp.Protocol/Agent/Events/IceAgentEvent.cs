namespace IceSharp.Protocol.Agent;

/// <summary>A fact that an <see cref="IceAgentMachine"/> tells its host.</summary>
public abstract record IceAgentEvent;

/// <summary>A local candidate is ready to be signalled.</summary>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Candidate">The candidate.</param>
public sealed record LocalCandidateFound(int Stream, IceCandidate Candidate) : IceAgentEvent;

/// <summary>A local candidate is gone with its address: a peer that was told of it may be told so by a restart.</summary>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Candidate">The candidate.</param>
public sealed record LocalCandidateLost(int Stream, IceCandidate Candidate) : IceAgentEvent;

/// <summary>Local addresses have come or gone since gathering began. Those that came are used while gathering runs, afterwards with the next ICE restart; the candidates of those that went are lost.</summary>
/// <param name="Added">Addresses that gathering uses or would use, the preferred first.</param>
/// <param name="Removed">Addresses of candidates.</param>
public sealed record LocalAddressesChanged(IReadOnlyList<LocalInterfaceAddress> Added, IReadOnlyList<LocalInterfaceAddress> Removed) : IceAgentEvent;

/// <summary>Gathering has moved on.</summary>
/// <param name="State">The new state.</param>
public sealed record GatheringStateChanged(IceGatheringState State) : IceAgentEvent;

/// <summary>The agent's connection state has changed.</summary>
/// <param name="Previous">The state before.</param>
/// <param name="State">The state now.</param>
/// <param name="Reason">One sentence for a developer.</param>
public sealed record ConnectionStateChanged(IceConnectionState Previous, IceConnectionState State, string Reason) : IceAgentEvent;

/// <summary>A stream has no chance left; the others go on (RFC 8445 §8.1.2). A check of the peer can still revive it.</summary>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Reason">One sentence for a developer.</param>
public sealed record StreamFailed(int Stream, string Reason) : IceAgentEvent;

/// <summary>A stream is not used any more: its checks have ended, its sockets are given back.</summary>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Why">Why.</param>
/// <param name="Reason">One sentence for a developer.</param>
public sealed record StreamEnded(int Stream, IceStreamEnd Why, string Reason) : IceAgentEvent;

/// <summary>RTP and RTCP of a stream share component 1 from now on; the other components are given up (RFC 5761 §5.1.3).</summary>
/// <param name="Stream">Index of the data stream.</param>
public sealed record RtcpMuxed(int Stream) : IceAgentEvent;

/// <summary>Another offer is due; only a controlling agent is told, but for <see cref="IceOfferReason.RemoteCandidatesLost"/>.</summary>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Why">Why.</param>
/// <param name="Reason">One sentence for a developer.</param>
public sealed record UpdatedOfferNeeded(int Stream, IceOfferReason Why, string Reason) : IceAgentEvent;

/// <summary>Data of a component goes another way from now on.</summary>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Component">Component.</param>
/// <param name="Route">The new route; null when there is none any more.</param>
public sealed record RouteChanged(int Stream, int Component, DataRoute? Route) : IceAgentEvent;

/// <summary>A pair was nominated for a component.</summary>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Component">Component.</param>
/// <param name="Pair">The pair.</param>
public sealed record PairNominated(int Stream, int Component, IceCandidatePairInfo Pair) : IceAgentEvent;

/// <summary>A pair has changed its state.</summary>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Pair">The pair with its new state.</param>
/// <param name="Previous">The state before.</param>
/// <param name="Reason">One sentence for a developer.</param>
public sealed record PairStateChanged(int Stream, IceCandidatePairInfo Pair, IceCandidatePairState Previous, string Reason) : IceAgentEvent;

/// <summary>The agent's role was decided, or changed after a conflict.</summary>
/// <param name="Role">The role now.</param>
/// <param name="Reason">One sentence for a developer.</param>
public sealed record RoleChanged(IceRole Role, string Reason) : IceAgentEvent;

/// <summary>A candidate of the peer is not used.</summary>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Candidate">The candidate.</param>
/// <param name="Reason">One sentence for a developer.</param>
public sealed record RemoteCandidateIgnored(int Stream, IceCandidate Candidate, string Reason) : IceAgentEvent
{
    /// <summary>The reason as a value.</summary>
    public RemoteCandidateRefusal Kind { get; init; }
}

/// <summary>A pair may not be sent on any more (RFC 7675 §5). Where it was nominated, the stream has failed with it: a restart is needed.</summary>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Component">Component.</param>
/// <param name="Pair">The pair as it was.</param>
/// <param name="Loss">Why.</param>
/// <param name="LastResponseAt">When the last authenticated response arrived on it.</param>
public sealed record ConsentLost(int Stream, int Component, IceCandidatePairInfo Pair, IceConsentLoss Loss, MonotonicTime LastResponseAt) : IceAgentEvent;

/// <summary>An ICE restart would help a stream: its pair in use has lost consent, relay or local address, or new local addresses have come. Told once a session.</summary>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Reason">One sentence for a developer.</param>
public sealed record RestartSuggested(int Stream, string Reason) : IceAgentEvent;

/// <summary>A stream has begun another ICE session: the peer answered our restart, another peer answered our forked offer, or the peer has begun a restart and wants to be told our new description (RFC 8445 §9, RFC 8839 §7).</summary>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Session">Number of the session now in force, counting from 0.</param>
/// <param name="IsOurs">Whether this agent asked for it; otherwise the peer did, and needs an answer.</param>
public sealed record StreamRestarted(int Stream, int Session, bool IsOurs) : IceAgentEvent;

/// <summary>A restarted stream has selected its pairs; data has moved over to them.</summary>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Session">Number of the session.</param>
/// <param name="Duration">From the call, or the peer's description, to the selection.</param>
/// <param name="Outage">The longest time in which a component had nothing to send on, since the last restart; zero when a pair carried data throughout.</param>
/// <param name="UnprovenFor">How old the last answer on the replaced pair was when data left it: the longest that its path can have been dead unnoticed.</param>
public sealed record RestartCompleted(int Stream, int Session, TimeSpan Duration, TimeSpan Outage, TimeSpan UnprovenFor) : IceAgentEvent;

/// <summary>Closing is done: allocations are released or given up, and the machine holds nothing any more.</summary>
public sealed record AgentClosed : IceAgentEvent;
