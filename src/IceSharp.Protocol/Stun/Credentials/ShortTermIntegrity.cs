namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>Which integrity attributes a message under the short-term mechanism carries.</summary>
public enum ShortTermIntegrity
{
    /// <summary>Both: nothing outside of STUN has fixed one (RFC 8489 §9.1.2).</summary>
    Both,

    /// <summary>MESSAGE-INTEGRITY alone.</summary>
    Sha1,

    /// <summary>MESSAGE-INTEGRITY-SHA256 alone.</summary>
    Sha256,
}
