using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>One allocation, from the request for its sockets to its end.</summary>
internal sealed class Allocation(ServerRequest createdBy, TimeSpan lifetime, StunTurnServerOptions options)
{
    /// <summary>The Allocate request, to answer it when the sockets are open and again when it is retransmitted.</summary>
    public ServerRequest CreatedBy { get; } = createdBy;

    /// <summary>Where its client is, as far as requests go.</summary>
    public FiveTuple FiveTuple { get; set; } = createdBy.FiveTuple;

    /// <summary>Where data for its client goes; behind <see cref="FiveTuple"/> between a move and the first data from the new address (RFC 8016 §3.2.2).</summary>
    public FiveTuple DataTuple { get; set; } = createdBy.FiveTuple;

    /// <summary>Who may ask for something, and how that is signed where it is no user of the server's.</summary>
    public ServerCredential Credential { get; set; } = createdBy.Credential;

    public string Username => Credential.Username ?? string.Empty;

    public TimeSpan Lifetime { get; } = lifetime;

    /// <summary>The relayed addresses that stand or are being opened, best first: one, or one of each family.</summary>
    public List<ServerRelay> Relays { get; } = [];

    /// <summary>What was not given, for ADDRESS-ERROR-CODE.</summary>
    public List<(IpFamily Family, int Code)> Missing { get; } = [];

    public TransportAddress Relayed => Relays[0].Address;

    /// <summary>What was asked of the port.</summary>
    public PortDemand Ports { get; init; }

    /// <summary>Whether the port comes from a RESERVATION-TOKEN.</summary>
    public bool IsClaimed { get; init; }

    /// <summary>Whether it relays TCP connections (RFC 6062).</summary>
    public bool IsTcp { get; init; }

    /// <summary>The token of the next higher port, where one is kept.</summary>
    public byte[]? Token { get; set; }

    /// <summary>The number of its newest ticket; 0 when it has none.</summary>
    public long TicketNumber { get; set; }

    /// <summary>What tickets name it by.</summary>
    public long TicketId { get; init; }

    /// <summary>The bytes of the success response; null until the sockets are open.</summary>
    public byte[]? Response { get; set; }

    public bool IsOpen => Response is not null;

    public MonotonicTime ExpiresAt => Relays.Count == 0 ? MonotonicTime.Never : Relays.Min(r => r.ExpiresAt);

    public PermissionTable Permissions { get; } = new(options.MaxPermissionsPerAllocation);

    public ChannelTable Channels { get; } = new(options.MaxPermissionsPerAllocation);

    public ByteQuota Quota { get; } = new(options.MaxBytesPerSecond);

    public bool IsCreatedBy(StunTransactionId id) => CreatedBy.TransactionId == id;

    public bool TryFindRelay(IpFamily family, [NotNullWhen(true)] out ServerRelay? relay)
    {
        relay = Relays.Count > 0 && Relays[0].Address.Family == family ? Relays[0] : Relays.Count > 1 && Relays[1].Address.Family == family ? Relays[1] : null;
        return relay is not null;
    }
}
