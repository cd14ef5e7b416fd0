using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>What an ICMP packet says, with the addresses of the packet it is about; NATs rewrite those (RFC 5508 §4).</summary>
internal sealed record IcmpMessage(IcmpErrorKind Kind, int MtuBytes, IpProtocol About, TransportAddress Source, TransportAddress Destination);
