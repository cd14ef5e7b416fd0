using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>I/O that a <see cref="StunTurnServerMachine"/> asks its host for, as data.</summary>
/// <param name="Socket">The name that the machine gave to the socket.</param>
public abstract record ServerHostRequest(SocketHandle Socket);

/// <summary>Asks for a relay socket; answered by <see cref="RelaySocketOpened"/> or <see cref="RelaySocketRefused"/>.</summary>
/// <param name="Socket">The name that the machine gave to the socket; from the answer on, datagrams arrive and leave under it.</param>
/// <param name="LocalAddress">The address and port to bind, exactly.</param>
public sealed record OpenRelaySocket(SocketHandle Socket, TransportAddress LocalAddress) : ServerHostRequest(Socket);

/// <summary>Gives a relay socket back. Not answered.</summary>
/// <param name="Socket">The socket to close.</param>
public sealed record CloseRelaySocket(SocketHandle Socket) : ServerHostRequest(Socket);
