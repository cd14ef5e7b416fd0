using System.Net;
using IceSharp.Internal.Network.Dns;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;

namespace IceSharp.Internal.Stun;

/// <summary>Where and how to reach a server, and what its certificate must prove: one session for each.</summary>
internal readonly record struct StunPlace(StunUriTransport Transport, TransportAddress Address, string? Identity)
{
    public StunLinkKind Kind => Transport is StunUriTransport.Tcp or StunUriTransport.Tls ? StunLinkKind.Stream : StunLinkKind.Datagram;

    public bool IsSecure => Transport is StunUriTransport.Tls or StunUriTransport.Dtls;

    public override string ToString() => $"{Transport} {Address}";

    public IPEndPoint EndPoint => NameServerList.ToEndPoint(Address);
}
