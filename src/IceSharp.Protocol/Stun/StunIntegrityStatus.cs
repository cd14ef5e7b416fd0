namespace IceSharp.Protocol.Stun;

/// <summary>Outcome of checking MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256.</summary>
public enum StunIntegrityStatus
{
    /// <summary>Present and right.</summary>
    Ok,

    /// <summary>Not there.</summary>
    Missing,

    /// <summary>Its length is none that the algorithm can have.</summary>
    BadLength,

    /// <summary>Shorter than the usage accepts.</summary>
    TruncationNotAllowed,

    /// <summary>Computed with another key or over other bytes.</summary>
    Mismatch,
}
