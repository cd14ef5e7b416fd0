using System.Net;
using IceSharp.Internal.Network.Dns;
using IceSharp.Protocol;

namespace IceSharp;

/// <summary>A datagram that a relay has brought.</summary>
/// <param name="Length">Number of bytes; 0 for an empty datagram.</param>
/// <param name="Peer">Who sent it.</param>
public readonly record struct TurnReceiveResult(int Length, TransportAddress Peer)
{
    /// <summary>Who sent it, as an end point made anew each time: <see cref="Peer"/> costs nothing.</summary>
    public IPEndPoint PeerEndPoint => NameServerList.ToEndPoint(Peer);
}
