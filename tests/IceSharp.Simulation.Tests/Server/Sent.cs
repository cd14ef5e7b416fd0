using IceSharp.Protocol;

namespace IceSharp.Simulation.Tests.Server;

/// <summary>A datagram that the machine wanted sent.</summary>
internal sealed record Sent(SocketHandle Socket, TransportAddress Destination, byte[] Bytes);
