namespace IceSharp.Protocol.Stun;

/// <summary>Algorithm of an integrity attribute.</summary>
public enum StunIntegrityAlgorithm
{
    /// <summary>HMAC-SHA1, MESSAGE-INTEGRITY.</summary>
    HmacSha1,

    /// <summary>HMAC-SHA256, MESSAGE-INTEGRITY-SHA256.</summary>
    HmacSha256,
}
