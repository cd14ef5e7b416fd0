using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>A pair of a checklist, of a valid list, or of both.</summary>
internal sealed class CandidatePair(LocalCandidate local, RemoteCandidate remote, MonotonicTime createdAt)
{
    public LocalCandidate Local { get; } = local;

    public RemoteCandidate Remote { get; } = remote;

    /// <summary>The remote priority that counts for this pair: the one known when it was formed, also when a learnt candidate is signalled later (RFC 8838 §11).</summary>
    public uint RemotePriority { get; } = remote.Priority;

    /// <summary>The ICE session that the pair belongs to.</summary>
    public StreamGeneration Generation => Local.Generation;

    public int Component => Local.Component;

    /// <summary>Where checks of the pair leave from.</summary>
    public CandidateBase Base => Local.Base;

    public MonotonicTime CreatedAt { get; } = createdAt;

    public ulong Priority { get; private set; }

    public IceCandidatePairState State { get; set; }

    public bool IsValid { get; set; }

    public bool IsNominated { get; set; }

    /// <summary>Controlling: the next check of the pair nominates.</summary>
    public bool NominateWithNextCheck { get; set; }

    /// <summary>The value of the pair's last nomination, ours or the peer's, where both agents renominate.</summary>
    public uint Nomination { get; set; }

    /// <summary>How often the peer answered checks of the pair with a role conflict.</summary>
    public int RoleConflicts { get; set; }

    /// <summary>Controlled: the peer nominated the pair before our own check succeeded (RFC 8445 §7.3.1.5).</summary>
    public bool PeerNominated { get; set; }

    /// <summary>The valid pair that the last successful check of this pair produced.</summary>
    public CandidatePair? Produced { get; set; }

    /// <summary>The checked pair that produced this valid pair.</summary>
    public CandidatePair? Generator { get; set; }

    /// <summary>The check on its way; null when there is none.</summary>
    public StunTransactionId? CurrentCheck { get; set; }

    /// <summary>When the first check left; null before.</summary>
    public MonotonicTime? FirstCheckAt { get; set; }

    /// <summary>When the last copy of a check left; null before.</summary>
    public MonotonicTime? LastCheckAt { get; set; }

    /// <summary>Whether the pair had a check that followed the peer's: its second round, or one that a check of the peer on this path triggered.</summary>
    public bool HadSecondRound { get; set; }

    /// <summary>When a check of the pair was answered from another address than it went to, which failed the pair; null when none was.</summary>
    public MonotonicTime? AnsweredFromElsewhereAt { get; set; }

    /// <summary>When the pair came into the valid list; null before.</summary>
    public MonotonicTime? ValidSince { get; set; }

    public TimeSpan? RoundTripTime { get; set; }

    /// <summary>What has happened on the path.</summary>
    public PairCounters Counters { get; set; } = new();

    /// <summary>The peer's consent to receive on the pair's path; null before a check has proven it.</summary>
    public PathConsent? Consent { get; set; }

    /// <summary>How often the peer answered 5xx: it is asked again at most four times (RFC 8489 §6.3.4).</summary>
    public int ServerErrors { get; set; }

    /// <summary>Whether both foundations agree, each for itself: joined texts would make "1"+"12" equal "11"+"2".</summary>
    public bool SharesFoundation(CandidatePair other) =>
        string.Equals(Local.Foundation, other.Local.Foundation, StringComparison.Ordinal)
        && string.Equals(Remote.Foundation, other.Remote.Foundation, StringComparison.Ordinal);

    /// <summary>Whether the pair checks the same path: from the same base to the same remote address.</summary>
    public bool IsPath(CandidateBase from, TransportAddress to) => ReferenceEquals(Base, from) && Remote.Address == to;

    /// <summary>Computes the priority anew, after a role switch or a merged candidate.</summary>
    public void UpdatePriority(IceRole role) => Priority = role == IceRole.Controlling
        ? IcePriority.Pair(Local.Priority, RemotePriority)
        : IcePriority.Pair(RemotePriority, Local.Priority);

    public IceCandidatePairInfo ToInfo() => new()
    {
        Local = Local.Info,
        Remote = Remote.Info,
        Priority = Priority,
        State = State,
        IsValid = IsValid,
        IsNominated = IsNominated,
        RoundTripTime = RoundTripTime,
    };
}
