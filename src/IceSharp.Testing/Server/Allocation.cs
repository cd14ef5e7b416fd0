using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>One allocation, from the request for its socket to its end.</summary>
internal sealed class Allocation(ServerRequest createdBy, SocketHandle relaySocket, TransportAddress relayed, TimeSpan lifetime, StunTurnServerOptions options)
{
    /// <summary>The Allocate request, to answer it when the socket is open and again when it is retransmitted.</summary>
    public ServerRequest CreatedBy { get; } = createdBy;

    public FiveTuple FiveTuple => CreatedBy.FiveTuple;

    public string Username => CreatedBy.Username;

    public TimeSpan Lifetime { get; } = lifetime;

    public SocketHandle RelaySocket { get; set; } = relaySocket;

    public TransportAddress Relayed { get; set; } = relayed;

    /// <summary>How many ports the host has refused.</summary>
    public int Refusals { get; set; }

    /// <summary>The bytes of the success response; null until the socket is open.</summary>
    public byte[]? Response { get; set; }

    public bool IsOpen => Response is not null;

    public MonotonicTime ExpiresAt { get; set; } = MonotonicTime.Never;

    public PermissionTable Permissions { get; } = new(options.MaxPermissionsPerAllocation);

    public ChannelTable Channels { get; } = new(options.MaxPermissionsPerAllocation);

    public bool IsCreatedBy(StunTransactionId id) => CreatedBy.TransactionId == id;
}
