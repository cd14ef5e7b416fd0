using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The host's answer to a <see cref="ServerHostRequest"/>.</summary>
/// <param name="Socket">The socket of the request.</param>
public abstract record ServerHostAnswer(SocketHandle Socket);

/// <summary>The relay socket is open.</summary>
/// <param name="Socket">The socket of the request.</param>
public sealed record RelaySocketOpened(SocketHandle Socket) : ServerHostAnswer(Socket);

/// <summary>The relay socket could not be opened; the machine tries another port, a limited number of times.</summary>
/// <param name="Socket">The socket of the request.</param>
public sealed record RelaySocketRefused(SocketHandle Socket) : ServerHostAnswer(Socket);

/// <summary>The peer has taken the connection.</summary>
/// <param name="Socket">The connection of the request.</param>
public sealed record PeerStreamOpened(SocketHandle Socket) : ServerHostAnswer(Socket);

/// <summary>The peer could not be reached, or does not take the connection.</summary>
/// <param name="Socket">The connection of the request.</param>
public sealed record PeerStreamRefused(SocketHandle Socket) : ServerHostAnswer(Socket);
