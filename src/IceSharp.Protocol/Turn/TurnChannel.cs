namespace IceSharp.Protocol.Turn;

/// <summary>What the client knows of one channel, from the first request to the end of its quarantine.</summary>
internal sealed class TurnChannel(ushort number, TransportAddress peer)
{
    public ushort Number { get; } = number;

    public TransportAddress Peer { get; } = peer;

    /// <summary>Whether the server has it, as far as can be known.</summary>
    public bool IsBound { get; set; }

    /// <summary>Whether a ChannelBind is asked for or under way.</summary>
    public bool IsAsking { get; set; }

    /// <summary>Whether a ChannelBind has left: from then on the server may use the number.</summary>
    public bool WasAsked { get; set; }

    public MonotonicTime RebindAt { get; set; } = MonotonicTime.Never;

    public MonotonicTime ExpiresAt { get; set; } = MonotonicTime.Never;

    /// <summary>When number and peer may be paired anew, should nothing bind them again; Never while a request is open.</summary>
    public MonotonicTime ReusableAt { get; set; } = MonotonicTime.Never;
}
