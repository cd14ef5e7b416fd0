namespace IceSharp.Protocol.Discovery;

/// <summary>How far <see cref="StaggeredAttempts"/> have come.</summary>
public enum StaggeredAttemptsState
{
    /// <summary>Not started.</summary>
    Idle,

    /// <summary>Attempts are under way or will be.</summary>
    Running,

    /// <summary>One has succeeded.</summary>
    Succeeded,

    /// <summary>All have failed, or were cancelled.</summary>
    Failed,
}
