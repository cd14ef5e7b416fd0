namespace IceSharp.Protocol;

/// <summary>A datagram that a machine wants sent; its bytes were written to the buffer that the caller passed.</summary>
/// <param name="Socket">The socket to send from.</param>
/// <param name="Destination">Where to.</param>
/// <param name="Length">Number of bytes at the start of the buffer.</param>
public readonly record struct Transmit(SocketHandle Socket, TransportAddress Destination, int Length);
