using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>I/O that a <see cref="StunTurnServerMachine"/> asks its host for, as data.</summary>
/// <param name="Socket">The name that the machine gave to the socket.</param>
public abstract record ServerHostRequest(SocketHandle Socket);

/// <summary>Asks for a relay socket; answered by <see cref="RelaySocketOpened"/> or <see cref="RelaySocketRefused"/>.</summary>
/// <param name="Socket">The name that the machine gave to the socket; from the answer on, datagrams arrive and leave under it.</param>
/// <param name="LocalAddress">The address and port to bind, exactly.</param>
public sealed record OpenRelaySocket(SocketHandle Socket, TransportAddress LocalAddress) : ServerHostRequest(Socket);

/// <summary>Asks for a TCP socket that listens on a relayed address (RFC 6062); answered as <see cref="OpenRelaySocket"/> is. Peers that connect go to <see cref="StunTurnServerMachine.HandlePeerConnection"/>.</summary>
/// <param name="Socket">The name that the machine gave to the socket.</param>
/// <param name="LocalAddress">The address and port to bind, exactly; connections to peers leave from it too.</param>
public sealed record ListenRelaySocket(SocketHandle Socket, TransportAddress LocalAddress) : ServerHostRequest(Socket);

/// <summary>Asks for a TCP connection to a peer (RFC 6062); answered by <see cref="PeerStreamOpened"/> or <see cref="PeerStreamRefused"/>. Nothing is read from it before <see cref="JoinStreams"/>.</summary>
/// <param name="Socket">The name that the machine gave to the connection.</param>
/// <param name="LocalAddress">The relayed address to connect from.</param>
/// <param name="Peer">The peer.</param>
public sealed record ConnectPeer(SocketHandle Socket, TransportAddress LocalAddress, TransportAddress Peer) : ServerHostRequest(Socket);

/// <summary>Asks to copy the bytes of a peer's connection and a client's, both ways, from now on and without looking at them, what the peer has sent already first (RFC 6062 §5.4). Not answered.</summary>
/// <param name="Socket">The connection to the peer.</param>
/// <param name="Listener">The listener of the client's connection.</param>
/// <param name="Client">The client's address.</param>
public sealed record JoinStreams(SocketHandle Socket, SocketHandle Listener, TransportAddress Client) : ServerHostRequest(Socket);

/// <summary>Closes a client's connection once what was queued has left. Not answered.</summary>
/// <param name="Socket">The listener that it came in on.</param>
/// <param name="Client">The client's address.</param>
public sealed record CloseClientStream(SocketHandle Socket, TransportAddress Client) : ServerHostRequest(Socket);

/// <summary>Gives a relay socket, or a connection to a peer, back. Not answered.</summary>
/// <param name="Socket">The socket to close.</param>
public sealed record CloseRelaySocket(SocketHandle Socket) : ServerHostRequest(Socket);
