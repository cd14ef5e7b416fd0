using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Discovery;

/// <summary>One place where the server of a URI may be.</summary>
/// <param name="Transport">How to connect.</param>
/// <param name="Identity">The name that the server's certificate must prove: the URI's host, never a name that DNS led to (RFC 5928 §5). Null where there is none to prove.</param>
/// <param name="HostName">The name that has the addresses, for people to read; a literal address for a URI with one.</param>
/// <param name="Addresses">At least one, the preferred first; all belong to one server.</param>
/// <param name="Port">The port.</param>
public sealed record ServerTarget(StunUriTransport Transport, string? Identity, string HostName, IReadOnlyList<IpAddress> Addresses, ushort Port)
{
    /// <summary>"Udp turn.example.org:3478".</summary>
    public override string ToString() => $"{Transport} {HostName}:{Port}";
}
