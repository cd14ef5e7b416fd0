using System.Buffers.Binary;

namespace IceSharp.Protocol.Framing;

/// <summary>A well-formed ChannelData frame over received bytes (RFC 8656 §12.4).</summary>
/// <remarks>Valid as long as the bytes are. Allocates nothing.</remarks>
public readonly ref struct ChannelDataReader
{
    /// <summary>Bytes before the data: number and length.</summary>
    public const int HeaderBytes = 4;

    private ChannelDataReader(ushort channel, ReadOnlySpan<byte> data)
    {
        Channel = channel;
        Data = data;
    }

    /// <summary>The channel number, 0x4000 to 0x4FFF. Whether it is bound is for the owner of the allocation to say.</summary>
    public ushort Channel { get; }

    /// <summary>The application data, 0 to 65535 bytes, padding left out; it starts <see cref="HeaderBytes"/> into the frame.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Whether a first byte is that of ChannelData, 64 to 79 (RFC 7983 §7, RFC 8656 §12).</summary>
    /// <remarks>It means something only on a 5-tuple that leads to a TURN server; elsewhere it is application data like any other.</remarks>
    public static bool LooksLikeChannelData(ReadOnlySpan<byte> bytes) => bytes is [>= 0x40 and <= 0x4F, ..];

    /// <summary>Checks a datagram, or one frame that was cut out of a stream.</summary>
    /// <param name="frame">One frame. Bytes behind its data are padding or surplus and have no effect (RFC 8656 §12.5, §12.6).</param>
    /// <param name="channelData">The frame when the result is <see cref="ChannelDataStatus.Ok"/>.</param>
    public static ChannelDataStatus TryParse(ReadOnlySpan<byte> frame, out ChannelDataReader channelData)
    {
        channelData = default;
        if (frame.Length < HeaderBytes)
        {
            return ChannelDataStatus.TooShort;
        }

        uint header = BinaryPrimitives.ReadUInt32BigEndian(frame);
        ushort channel = (ushort)(header >> 16);
        if (!ChannelDataWriter.IsChannelNumber(channel))
        {
            return ChannelDataStatus.BadChannel;
        }

        int length = (int)(header & 0xFFFF);
        if (length > frame.Length - HeaderBytes)
        {
            return ChannelDataStatus.LengthExceedsBuffer;
        }

        channelData = new ChannelDataReader(channel, frame.Slice(HeaderBytes, length));
        return ChannelDataStatus.Ok;
    }
}
