namespace IceSharp.Protocol.Framing;

/// <summary>One frame cut out of a stream.</summary>
/// <remarks>Its bytes belong to the <see cref="StreamFramer"/> and are valid until its next call.</remarks>
public readonly ref struct StreamFrame
{
    internal StreamFrame(StreamFrameKind kind, ReadOnlySpan<byte> bytes)
    {
        Kind = kind;
        Bytes = bytes;
    }

    /// <summary>What the frame is.</summary>
    public StreamFrameKind Kind { get; }

    /// <summary>The frame with its header, padding of ChannelData left out.</summary>
    public ReadOnlySpan<byte> Bytes { get; }
}
