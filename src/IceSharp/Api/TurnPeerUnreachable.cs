using System.Net;
using IceSharp.Protocol.Turn;

namespace IceSharp;

/// <summary>The network told the server that a relayed datagram did not arrive (RFC 8656 §11.5). A hint: nothing is taken back for it.</summary>
/// <param name="Peer">The peer; the port is 0 where the server does not know it.</param>
/// <param name="Icmp">What the network said.</param>
public sealed record TurnPeerUnreachable(IPEndPoint Peer, TurnIcmp Icmp);
