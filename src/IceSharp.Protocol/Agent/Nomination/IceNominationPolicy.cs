using IceSharp.Protocol;

namespace IceSharp;

/// <summary>Decides when a controlling agent nominates, and which nominations of a controlling peer a controlled agent takes (RFC 8445 §8.1.1).</summary>
/// <remarks>
/// The rules of the protocol hold whatever a policy says: a valid pair is nominated by a check of its own, never by the first one, and only
/// one pair a component, unless both agents announce <c>renomination</c>. Called on the thread that runs the agent; one instance may serve many agents when it keeps no state.
/// <example><code>
/// new IceAgentOptions { Nomination = new EvidenceNomination { FollowsPeer = true } };
/// </code></example>
/// </remarks>
public abstract class IceNominationPolicy
{
    /// <summary>Controlled, with a peer that may nominate more than once: whether the latest nominated pair is used rather than the one of highest priority.</summary>
    /// <value>The default is false (RFC 8445 §8.1.1). True for browsers, which change the nominated pair without a restart.</value>
    public bool FollowsPeer { get; init; }

    /// <summary>Controlling: when the best valid pair is to be nominated, should nothing change until then. Asked again after every change.</summary>
    /// <param name="evidence">What is known about the component.</param>
    /// <returns>A time that has come nominates at the next turn; <see cref="MonotonicTime.Never"/> waits for a change.</returns>
    public abstract MonotonicTime NominateAt(NominationEvidence evidence);

    /// <summary>Controlled: whether the peer may nominate a path. A refused nomination is answered with error 400 (RFC 8445 §7.3.1.5) and changes nothing.</summary>
    /// <param name="local">The candidate on which the check arrived.</param>
    /// <param name="remote">Where it came from.</param>
    /// <returns>By default true.</returns>
    public virtual bool Accepts(IceCandidate local, TransportAddress remote) => true;
}
