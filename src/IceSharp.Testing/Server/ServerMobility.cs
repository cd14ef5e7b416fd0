namespace IceSharp.Testing;

/// <summary>What a <see cref="StunTurnServerMachine"/> says to clients that want to take their allocation along to another address (RFC 8016).</summary>
public enum ServerMobility
{
    /// <summary>They get tickets; on an open server over TLS only (RFC 8016 §5).</summary>
    Offered,

    /// <summary>405.</summary>
    Forbidden,

    /// <summary>Nothing: the attribute is unknown, as to most servers.</summary>
    Unknown,
}
