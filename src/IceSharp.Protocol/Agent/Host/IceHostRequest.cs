using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>I/O that a machine asks its host for, as data. Each request is answered once by <see cref="IceHostAnswer"/>, unless its summary says otherwise.</summary>
/// <param name="Id">Repeated in the answer; unique in the life of the machine.</param>
public abstract record IceHostRequest(int Id);

/// <summary>Asks which local addresses there are; answered by <see cref="InterfacesListed"/>.</summary>
/// <param name="Id">Repeated in the answer.</param>
public sealed record ListInterfacesRequest(int Id) : IceHostRequest(Id);

/// <summary>Asks for a UDP socket on one local address; answered by <see cref="SocketBound"/> or <see cref="BindFailed"/>.</summary>
/// <param name="Id">Repeated in the answer.</param>
/// <param name="Socket">The name that the machine gave to the socket; from the answer on, datagrams arrive and leave under it.</param>
/// <param name="LocalAddress">The address to bind; the wildcard of a family only where the agent follows the system's routes (<see cref="IceIPHandling"/>).</param>
/// <param name="Ports">The ports to choose from.</param>
/// <param name="Stream">Index of the data stream that the socket serves.</param>
/// <param name="Component">Component that the socket serves, 1 to 256.</param>
public sealed record BindUdpRequest(int Id, SocketHandle Socket, LocalInterfaceAddress LocalAddress, PortRange Ports, int Stream, int Component) : IceHostRequest(Id);

/// <summary>Asks for a TCP connection to a server, with TLS in it or not; answered by <see cref="StreamConnected"/> or <see cref="ConnectFailed"/>.</summary>
/// <remarks>The host cuts what it reads into frames (<c>StreamFramer</c>) and hands each to the machine as a datagram of the server; what the machine sends is a frame each.</remarks>
/// <param name="Id">Repeated in the answer.</param>
/// <param name="Stream">The name that the machine gave to the connection; from the answer on, frames arrive and leave under it.</param>
/// <param name="LocalAddress">The address to connect from.</param>
/// <param name="Server">Where to.</param>
/// <param name="ServerName">The name that the server's certificate must prove; null for a connection without TLS.</param>
public sealed record ConnectRequest(int Id, SocketHandle Stream, LocalInterfaceAddress LocalAddress, TransportAddress Server, string? ServerName) : IceHostRequest(Id);

/// <summary>Gives a socket or connection back. Not answered; nothing is sent or received under its name afterwards.</summary>
/// <param name="Id">Not repeated anywhere.</param>
/// <param name="Socket">The socket or connection to close.</param>
public sealed record CloseSocketRequest(int Id, SocketHandle Socket) : IceHostRequest(Id);

/// <summary>Asks for the places where a server may be, by the procedures of RFC 8489 §8 and RFC 5928 (<c>ServerResolutionMachine</c> runs them); answered by <see cref="ServerResolved"/> or <see cref="ResolveFailed"/>.</summary>
/// <param name="Id">Repeated in the answer.</param>
/// <param name="Uri">The server; its host is a DNS name, never a literal address.</param>
/// <param name="Transports">What the agent can use, the preferred first.</param>
public sealed record ResolveServerRequest(int Id, StunUri Uri, IReadOnlyList<StunUriTransport> Transports) : IceHostRequest(Id);

/// <summary>Asks from which local address the system would send to a destination; no packet leaves (RFC 8828 §6.2). Answered by <see cref="RouteFound"/>.</summary>
/// <param name="Id">Repeated in the answer.</param>
/// <param name="Destination">An address of the internet.</param>
public sealed record FindRouteRequest(int Id, IpAddress Destination) : IceHostRequest(Id);
