using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Discovery;

/// <summary>What to resolve, and for what kind of client.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record ServerResolutionSettings
{
    /// <summary>The URI.</summary>
    public required StunUri Uri { get; init; }

    /// <summary>The transports that the application supports, the preferred first.</summary>
    /// <value>The default is UDP, TCP, TLS.</value>
    public IReadOnlyList<StunUriTransport> SupportedTransports { get; init; } = [StunUriTransport.Udp, StunUriTransport.Tcp, StunUriTransport.Tls];

    /// <summary>A name to verify the server's certificate against, which came the same way as the URI; needed where a secure URI has an IP address (RFC 7350 §4.1.1).</summary>
    /// <value>The default, null, is the URI's host.</value>
    public string? VerificationName { get; init; }

    /// <summary>Whether a STUN server for NAT behaviour discovery is looked for, whose service has a name of its own (RFC 5780 §5.1). Means nothing for TURN URIs.</summary>
    /// <value>The default is false.</value>
    public bool ForNatBehavior { get; init; }
}
