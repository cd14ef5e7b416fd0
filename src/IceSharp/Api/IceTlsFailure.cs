namespace IceSharp;

/// <summary>Which check of a TLS connection failed. Where several did, the first of this list counts.</summary>
public enum IceTlsFailure
{
    /// <summary>None.</summary>
    None,

    /// <summary>The server showed no certificate.</summary>
    NoCertificate,

    /// <summary>The certificate, or one above it, was revoked.</summary>
    Revoked,

    /// <summary>The certificate is signed by itself and not trusted.</summary>
    SelfSigned,

    /// <summary>The certificate does not lead to a trusted root.</summary>
    UntrustedRoot,

    /// <summary>The certificate, or one above it, has expired.</summary>
    Expired,

    /// <summary>The certificate, or one above it, is not valid yet.</summary>
    NotYetValid,

    /// <summary>The certificate is not for servers.</summary>
    WrongUsage,

    /// <summary>The chain of certificates is wrong in another way: a signature, a constraint, ...</summary>
    BadChain,

    /// <summary>The certificate is for another name than the one that the user gave.</summary>
    NameMismatch,

    /// <summary>It could not be found out whether the certificate was revoked, and the options demand that.</summary>
    RevocationUnknown,

    /// <summary>The application's own check refused the certificate.</summary>
    RejectedByApplication,

    /// <summary>The handshake failed otherwise: the server does not speak TLS, refused the client's certificate, shares no cipher suite, or went away.</summary>
    Handshake,
}
