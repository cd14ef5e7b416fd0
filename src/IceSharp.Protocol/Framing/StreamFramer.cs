using System.Buffers.Binary;

namespace IceSharp.Protocol.Framing;

/// <summary>Cuts a TCP or TLS stream to a STUN or TURN server into STUN messages and ChannelData frames (RFC 8489 §6.2.2, RFC 8656 §12.5).</summary>
/// <remarks>
/// Put in what was read with <see cref="Append"/>, then take frames with <see cref="TryRead"/> until it wants more.
/// There is no point in a stream where one could find back into step, so a byte, cookie or length that cannot be ends it for good,
/// as soon as it is seen: a wrong length field must not make the receiver wait for bytes that never come.
/// Not thread safe.
/// </remarks>
public sealed class StreamFramer
{
    /// <summary>The longest frame there can be: a STUN message with a length field of 65532.</summary>
    public const int MaxFrameBytes = StunHeaderBytes + 65532;

    // The STUN layer has these too; framing stands beside it, not on it.
    private const int StunHeaderBytes = 20;
    private const uint StunMagicCookie = 0x2112A442;

    private readonly int _maxFrameBytes;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private StreamFrameStatus? _failure;

    /// <summary>Creates a framer for one connection.</summary>
    /// <param name="maxFrameBytes">Longest frame to accept with its padding, 20 to 65552 bytes; the default is the most there can be. It bounds the memory a peer can take.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxFrameBytes"/> is outside its range.</exception>
    public StreamFramer(int maxFrameBytes = MaxFrameBytes)
    {
        if (maxFrameBytes is < StunHeaderBytes or > MaxFrameBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(maxFrameBytes), maxFrameBytes, $"A frame limit lies between {StunHeaderBytes} and {MaxFrameBytes} bytes.");
        }

        _maxFrameBytes = maxFrameBytes;
    }

    /// <summary>Bytes that wait for the rest of their frame.</summary>
    public int BufferedBytes => _end - _start;

    /// <summary>Takes bytes as they were read from the stream; they are copied.</summary>
    /// <remarks>After a failure bytes are discarded. Frames already given out become invalid.</remarks>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_failure is not null)
        {
            return;
        }

        MakeRoom(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>Takes the next complete frame out.</summary>
    /// <param name="frame">The frame when the result is <see cref="StreamFrameStatus.Frame"/>.</param>
    public StreamFrameStatus TryRead(out StreamFrame frame)
    {
        frame = default;
        if (_failure is { } failure)
        {
            return failure;
        }

        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, BufferedBytes);
        StreamFrameStatus status = Inspect(bytes, out StreamFrameKind kind, out int frameBytes, out int paddedBytes);
        if (status == StreamFrameStatus.Frame && paddedBytes > _maxFrameBytes)
        {
            status = StreamFrameStatus.TooLong;
        }

        if (status != StreamFrameStatus.Frame)
        {
            if (status != StreamFrameStatus.NeedMore)
            {
                Fail(status);
            }

            return status;
        }

        if (bytes.Length < paddedBytes)
        {
            return StreamFrameStatus.NeedMore;
        }

        frame = new StreamFrame(kind, bytes[..frameBytes]);
        _start += paddedBytes;
        return StreamFrameStatus.Frame;
    }

    /// <summary>Takes out what was put in behind the last frame that was read: the connection is no sequence of frames any more (RFC 6062 §4.5).</summary>
    /// <returns>The bytes, a copy; empty when there are none.</returns>
    public byte[] TakeRest()
    {
        byte[] rest = _buffer.AsSpan(_start, BufferedBytes).ToArray();
        _start = _end;
        return rest;
    }

    // Looks at each field of a header as soon as it is there, in the order of its bytes, so that the outcome does not hang on how the stream was cut.
    private static StreamFrameStatus Inspect(ReadOnlySpan<byte> bytes, out StreamFrameKind kind, out int frameBytes, out int paddedBytes)
    {
        kind = default;
        frameBytes = paddedBytes = 0;
        if (bytes.IsEmpty)
        {
            return StreamFrameStatus.NeedMore;
        }

        bool channelData = ChannelDataReader.LooksLikeChannelData(bytes);
        if (!channelData && bytes[0] > 3)
        {
            return StreamFrameStatus.Desynchronized;
        }

        if (bytes.Length < ChannelDataReader.HeaderBytes)
        {
            return StreamFrameStatus.NeedMore;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        if (channelData)
        {
            kind = StreamFrameKind.ChannelData;
            frameBytes = ChannelDataReader.HeaderBytes + length;
            paddedBytes = ChannelDataWriter.FrameBytes(length, padded: true);
            return StreamFrameStatus.Frame;
        }

        if ((length & 3) != 0)
        {
            return StreamFrameStatus.LengthNotMultipleOf4;
        }

        kind = StreamFrameKind.Stun;
        frameBytes = paddedBytes = StunHeaderBytes + length;
        if (bytes.Length < 8)
        {
            return StreamFrameStatus.NeedMore;
        }

        return BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) == StunMagicCookie ? StreamFrameStatus.Frame : StreamFrameStatus.BadCookie;
    }

    private void MakeRoom(int count)
    {
        int kept = BufferedBytes;
        if (_end + count <= _buffer.Length)
        {
            return;
        }

        byte[] target = kept + count <= _buffer.Length ? _buffer : new byte[Math.Max(kept + count, Math.Max(2048, _buffer.Length * 2))];
        _buffer.AsSpan(_start, kept).CopyTo(target);
        _buffer = target;
        _start = 0;
        _end = kept;
    }

    private void Fail(StreamFrameStatus status)
    {
        _failure = status;
        _buffer = [];
        _start = _end = 0;
    }
}
