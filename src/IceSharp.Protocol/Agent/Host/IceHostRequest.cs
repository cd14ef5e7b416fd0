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
/// <param name="LocalAddress">The address to bind; never the wildcard.</param>
/// <param name="Ports">The ports to choose from.</param>
/// <param name="Stream">Index of the data stream that the socket serves.</param>
/// <param name="Component">Component that the socket serves, 1 to 256.</param>
public sealed record BindUdpRequest(int Id, SocketHandle Socket, LocalInterfaceAddress LocalAddress, PortRange Ports, int Stream, int Component) : IceHostRequest(Id);

/// <summary>Gives a socket back. Not answered; nothing is sent or received under its name afterwards.</summary>
/// <param name="Id">Not repeated anywhere.</param>
/// <param name="Socket">The socket to close.</param>
public sealed record CloseSocketRequest(int Id, SocketHandle Socket) : IceHostRequest(Id);

/// <summary>Asks for the addresses of a host name; answered by <see cref="NameResolved"/> or <see cref="ResolveFailed"/>.</summary>
/// <param name="Id">Repeated in the answer.</param>
/// <param name="HostName">A DNS name, never a literal address.</param>
public sealed record ResolveNameRequest(int Id, string HostName) : IceHostRequest(Id);
