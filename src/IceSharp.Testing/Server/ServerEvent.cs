using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Something that happened on a <see cref="StunTurnServerMachine"/>, for those who watch.</summary>
/// <param name="Client">The client's address as the server sees it.</param>
/// <param name="Relayed">The relayed transport address.</param>
public abstract record ServerEvent(TransportAddress Client, TransportAddress Relayed);

/// <summary>An allocation began.</summary>
/// <param name="Client">The client's address as the server sees it.</param>
/// <param name="Relayed">The relayed transport address.</param>
/// <param name="Username">Whose it is; empty on an open server.</param>
public sealed record AllocationCreated(TransportAddress Client, TransportAddress Relayed, string Username) : ServerEvent(Client, Relayed);

/// <summary>An allocation ended.</summary>
/// <param name="Client">The client's address as the server sees it.</param>
/// <param name="Relayed">The relayed transport address, free again.</param>
/// <param name="WasReleased">True when the client gave it back, false when its lifetime was over.</param>
public sealed record AllocationEnded(TransportAddress Client, TransportAddress Relayed, bool WasReleased) : ServerEvent(Client, Relayed);
