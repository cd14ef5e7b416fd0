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

    /// <summary>What was asked of the port.</summary>
    public PortDemand Ports { get; init; }

    /// <summary>Whether the port comes from a RESERVATION-TOKEN.</summary>
    public bool IsClaimed { get; init; }

    /// <summary>Whether an IPv6 address was asked for as well.</summary>
    public bool WantsIPv6Too { get; init; }

    /// <summary>The token of the next higher port, where one is kept.</summary>
    public byte[]? Token { get; set; }

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
