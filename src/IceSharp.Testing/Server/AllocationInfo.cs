using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A look at one allocation, for assertions.</summary>
/// <param name="Client">The client's address as the server sees it.</param>
/// <param name="Relayed">The relayed transport address.</param>
/// <param name="Username">Whose it is; empty on an open server.</param>
/// <param name="ExpiresAt">When it ends unless it is refreshed.</param>
/// <param name="Permissions">The addresses that have permission, in the order in which they got it, with their end.</param>
/// <param name="Channels">The channels, in the order in which they were bound.</param>
public sealed record AllocationInfo(
    TransportAddress Client,
    TransportAddress Relayed,
    string Username,
    MonotonicTime ExpiresAt,
    IReadOnlyList<PermissionInfo> Permissions,
    IReadOnlyList<ChannelInfo> Channels)
{
    /// <summary>All relayed transport addresses: one, or one of each family.</summary>
    public IReadOnlyList<TransportAddress> AllRelayed { get; init; } = [Relayed];

    /// <summary>The peers that a TCP connection stands to, or is being made to (RFC 6062).</summary>
    public IReadOnlyList<TransportAddress> Connections { get; init; } = [];
}
