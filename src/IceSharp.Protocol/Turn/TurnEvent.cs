namespace IceSharp.Protocol.Turn;

/// <summary>A fact about an allocation.</summary>
/// <param name="Kind">What happened.</param>
public readonly record struct TurnEvent(TurnEventKind Kind)
{
    /// <summary>The peer of a permission, channel or ICMP event.</summary>
    public IpAddress Peer { get; init; }

    /// <summary>The peer's port in a channel or ICMP event; 0 where it is unknown or means nothing.</summary>
    public ushort PeerPort { get; init; }

    /// <summary>The number of a channel event, 0x4000 to 0x4FFF; 0 when there is none.</summary>
    public ushort Channel { get; init; }

    /// <summary>What the network said in <see cref="TurnEventKind.PeerUnreachable"/>; otherwise null.</summary>
    public TurnIcmp? Icmp { get; init; }

    /// <summary>Why, for the events that tell of a failure.</summary>
    public TurnFailure Failure { get; init; }

    /// <summary>The server's error code, 300 to 699; 0 when it gave none.</summary>
    public int ErrorCode { get; init; }

    /// <summary>The server's words for the code, made safe for logs; null when there were none.</summary>
    public string? ReasonPhrase { get; init; }

    /// <summary>The first relayed address, in the events of an allocation that stands; otherwise null.</summary>
    public TransportAddress? RelayedAddress { get; init; }

    /// <summary>The first relayed address before, in <see cref="TurnEventKind.Reallocated"/>; otherwise null.</summary>
    public TransportAddress? FormerRelayedAddress { get; init; }

    /// <summary>The socket of a move, or the stream of a connection; none in other events.</summary>
    public SocketHandle Socket { get; init; }

    /// <summary>CONNECTION-ID of a connection; 0 where there is none yet.</summary>
    public uint ConnectionId { get; init; }
}
