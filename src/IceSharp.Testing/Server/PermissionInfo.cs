using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A look at one permission.</summary>
/// <param name="Peer">The address that may send to the relayed address and be sent to.</param>
/// <param name="ExpiresAt">When it ends unless it is refreshed.</param>
public sealed record PermissionInfo(IpAddress Peer, MonotonicTime ExpiresAt);
