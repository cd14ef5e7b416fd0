namespace IceSharp.Testing;

/// <summary>Generation of the long-term credential mechanism that a server speaks.</summary>
public enum LongTermMode
{
    /// <summary>RFC 5389: plain nonce, MD5 key, MESSAGE-INTEGRITY; a stale nonce is noticed before a wrong user or password.</summary>
    Rfc5389,

    /// <summary>RFC 8489: nonce cookie, PASSWORD-ALGORITHMS with SHA-256 and MD5, MESSAGE-INTEGRITY-SHA256; the nonce is judged last.</summary>
    Rfc8489,
}
