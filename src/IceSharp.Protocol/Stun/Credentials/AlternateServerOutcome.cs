namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>Whether a redirection (300) is followed.</summary>
public enum AlternateServerOutcome
{
    /// <summary>It is.</summary>
    Follow,

    /// <summary>Its integrity was not verified, because the request had none (RFC 8489 §14.8).</summary>
    NotAuthenticated,

    /// <summary>It has no usable ALTERNATE-SERVER of the socket's address family.</summary>
    NoAddress,

    /// <summary>Its ALTERNATE-DOMAIN is no host name.</summary>
    BadDomain,

    /// <summary>It leads to a server that this request went to within the last five minutes (RFC 8489 §10).</summary>
    Loop,

    /// <summary>It is the sixth for this request.</summary>
    TooMany,
}
