namespace IceSharp;

/// <summary>State of a candidate pair in its checklist (RFC 8445 §6.1.2.6).</summary>
public enum IceCandidatePairState
{
    /// <summary>Not checked yet; another pair of its foundation goes first.</summary>
    Frozen,

    /// <summary>May be checked at the next opportunity.</summary>
    Waiting,

    /// <summary>A check is on its way.</summary>
    InProgress,

    /// <summary>A check was answered.</summary>
    Succeeded,

    /// <summary>The check was refused, answered from elsewhere, or never answered.</summary>
    Failed,
}
