namespace IceSharp.Protocol.Stun;

/// <summary>Outcome of checking FINGERPRINT.</summary>
public enum StunFingerprintStatus
{
    /// <summary>Present and right.</summary>
    Ok,

    /// <summary>Not there.</summary>
    Missing,

    /// <summary>Not 4 bytes long.</summary>
    BadLength,

    /// <summary>Followed by another attribute.</summary>
    NotLast,

    /// <summary>The checksum is wrong.</summary>
    Mismatch,
}
