namespace IceSharp.Protocol;

/// <summary>What a machine says of a datagram: consumed, application data (and which part of it), or dropped with the reason.</summary>
public readonly record struct DatagramVerdict
{
    private DatagramVerdict(VerdictKind kind, DropReason reason, int offset, int length, int stream, int component, TransportAddress peer)
    {
        Kind = kind;
        Reason = reason;
        PayloadOffset = offset;
        PayloadLength = length;
        Stream = stream;
        Component = component;
        Peer = peer;
    }

    /// <summary>The kind of answer.</summary>
    public VerdictKind Kind { get; }

    /// <summary>Why the datagram was dropped; <see cref="DropReason.None"/> otherwise.</summary>
    public DropReason Reason { get; }

    /// <summary>Where the application data starts in the datagram that was handed in.</summary>
    public int PayloadOffset { get; }

    /// <summary>Length of the application data; 0 is a legal empty datagram.</summary>
    public int PayloadLength { get; }

    /// <summary>Index of the data stream the data belongs to.</summary>
    public int Stream { get; }

    /// <summary>Component the data belongs to, 1 to 256; 0 where there are no components.</summary>
    public int Component { get; }

    /// <summary>The peer that sent the data; behind a relay, its address as the TURN server sees it.</summary>
    public TransportAddress Peer { get; }

    /// <summary>The datagram was worked in.</summary>
    public static DatagramVerdict Consumed => default;

    /// <summary>The datagram had no effect.</summary>
    public static DatagramVerdict Dropped(DropReason reason) => new(VerdictKind.Dropped, reason, 0, 0, 0, 0, default);

    /// <summary>The datagram carries application data.</summary>
    public static DatagramVerdict Payload(int offset, int length, int stream, int component, TransportAddress peer) =>
        new(VerdictKind.Payload, DropReason.None, offset, length, stream, component, peer);
}
