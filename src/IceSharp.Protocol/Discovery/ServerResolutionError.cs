namespace IceSharp.Protocol.Discovery;

/// <summary>Why a URI leads to no server.</summary>
public enum ServerResolutionError
{
    /// <summary>It leads to at least one.</summary>
    None,

    /// <summary>The URI's transport is none that exists (RFC 5928 §3).</summary>
    UnknownTransport,

    /// <summary>The application supports no transport that the URI allows (RFC 5928 §3).</summary>
    TransportNotSupported,

    /// <summary>A secure URI with an IP address and no name to verify a certificate against (RFC 8489 §8.1, RFC 7350 §4.1.1).</summary>
    NoNameToVerify,

    /// <summary>The domain says that it does not offer the service (RFC 2782, target ".").</summary>
    ServiceNotOffered,

    /// <summary>There is no such name, or none with an address.</summary>
    NameNotFound,

    /// <summary>No address is known because lookups failed.</summary>
    LookupFailed,
}
