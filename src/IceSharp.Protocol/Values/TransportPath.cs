namespace IceSharp.Protocol;

/// <summary>The way a datagram came: the socket it arrived on and the address it came from.</summary>
/// <param name="Socket">The receiving socket, bound to one local address.</param>
/// <param name="Remote">The source address, IPv4-mapped IPv6 already unmapped.</param>
public readonly record struct TransportPath(SocketHandle Socket, TransportAddress Remote);
