namespace IceSharp;

/// <summary>A bound on what a peer can make an agent hold or do. Where it is met, the excess is left out and counted; nothing else changes.</summary>
public enum IceAgentLimit
{
    /// <summary>Checks kept until the peer's description is known: 32 a stream, one for each path.</summary>
    EarlyChecks,

    /// <summary>Remote candidates of a stream: <c>MaxRemoteCandidates</c>.</summary>
    RemoteCandidates,

    /// <summary>Remote addresses learnt from checks: half of <c>MaxRemoteCandidates</c>, so that they leave room for those that are told.</summary>
    LearntCandidates,

    /// <summary>Learnt addresses of a local base that answered from elsewhere: four, then the base learns no more.</summary>
    VainLearning,

    /// <summary>Pairs over all checklists: <c>MaxCandidatePairs</c>.</summary>
    CandidatePairs,

    /// <summary>Checks on their way, cancelled ones included: 1024.</summary>
    Transactions,

    /// <summary>Switches of the role by the peer's checks: eight, then a conflict is answered 487 and the role stays.</summary>
    RoleSwitches,

    /// <summary>Role conflicts that the peer answers to checks of one pair: eight, then the pair fails.</summary>
    RoleConflicts,

    /// <summary>Datagrams that wait to be sent: 256.</summary>
    Outbox,
}
