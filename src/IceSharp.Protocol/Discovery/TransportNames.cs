using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Discovery;

/// <summary>What the transports are called in DNS, and their ports.</summary>
internal static class TransportNames
{
    public static bool IsSecure(StunUriTransport transport) => transport is StunUriTransport.Tls or StunUriTransport.Dtls;

    public static ushort DefaultPort(StunUriTransport transport) => IsSecure(transport) ? (ushort)5349 : (ushort)3478;

    /// <summary>The name of the service's SRV records: "_turns._tcp.example.org" for TURN over TLS.</summary>
    public static string Service(string service, StunUriTransport transport, string domain) =>
        $"_{service}{(IsSecure(transport) ? "s" : string.Empty)}._{(transport is StunUriTransport.Udp or StunUriTransport.Dtls ? "udp" : "tcp")}.{domain}";

    /// <summary>The S-NAPTR application protocol tag (RFC 5928 §6, RFC 7350 §6).</summary>
    public static string Tag(StunUriTransport transport) => transport switch
    {
        StunUriTransport.Udp => "turn.udp",
        StunUriTransport.Tcp => "turn.tcp",
        StunUriTransport.Tls => "turn.tls",
        _ => "turn.dtls",
    };
}
