using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp;

/// <summary>Where a TCP connection of an agent or TURN client goes, and what secures it.</summary>
/// <remarks>Immutable.</remarks>
/// <param name="Server">The server's address and port.</param>
public sealed record IceStreamTarget(TransportAddress Server)
{
    /// <summary>The local address to connect from; null leaves it to the system.</summary>
    public LocalInterfaceAddress? LocalAddress { get; init; }

    /// <summary>The name that the server's certificate must prove; null for a connection without TLS.</summary>
    public string? ServerName { get; init; }

    /// <summary>How the certificate is checked.</summary>
    public IceTlsOptions Tls { get; init; } = new();

    /// <summary>The proxy to go through; null for none.</summary>
    public IceHttpProxy? Proxy { get; init; }
}
