using System.Buffers.Binary;

namespace IceSharp.Protocol.Framing;

/// <summary>Writes ChannelData frames into a buffer of the caller (RFC 8656 §12.4). Allocates nothing.</summary>
public static class ChannelDataWriter
{
    /// <summary>The lowest channel number.</summary>
    public const ushort FirstChannel = 0x4000;

    /// <summary>The highest channel number. RFC 5766 allowed more, which RFC 8656 reserves; both generations know these.</summary>
    public const ushort LastChannel = 0x4FFF;

    /// <summary>Whether a number may be bound to a peer, 0x4000 to 0x4FFF (RFC 8656 §12).</summary>
    public static bool IsChannelNumber(ushort number) => number is >= FirstChannel and <= LastChannel;

    /// <summary>Size of a frame on the wire.</summary>
    /// <param name="dataBytes">0 to 65535.</param>
    /// <param name="padded">True on a stream, where the frame fills up to a multiple of 4; false in a datagram, where padding is optional and not sent.</param>
    public static int FrameBytes(int dataBytes, bool padded) =>
        ChannelDataReader.HeaderBytes + (padded ? (dataBytes + 3) & ~3 : dataBytes);

    /// <summary>Writes a frame for a datagram: header and data, no padding (RFC 8656 §12.5).</summary>
    /// <param name="destination">Where the frame goes; it stays the caller's. <paramref name="data"/> may already stand in it, at its place behind the header.</param>
    /// <param name="channel">0x4000 to 0x4FFF.</param>
    /// <param name="data">0 to 65535 bytes.</param>
    /// <returns>Number of bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="channel"/> is no channel number.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short, or <paramref name="data"/> too long.</exception>
    public static int Write(Span<byte> destination, ushort channel, ReadOnlySpan<byte> data) =>
        Write(destination, channel, data, padded: false);

    /// <summary>Writes a frame for a stream: header, data, and zeros up to a multiple of 4 that the length field does not count (RFC 8656 §12.5).</summary>
    /// <inheritdoc cref="Write(Span{byte}, ushort, ReadOnlySpan{byte})"/>
    public static int WritePadded(Span<byte> destination, ushort channel, ReadOnlySpan<byte> data) =>
        Write(destination, channel, data, padded: true);

    private static int Write(Span<byte> destination, ushort channel, ReadOnlySpan<byte> data, bool padded)
    {
        if (!IsChannelNumber(channel))
        {
            throw new ArgumentOutOfRangeException(nameof(channel), channel, "A channel number lies between 0x4000 and 0x4FFF.");
        }

        if (data.Length > ushort.MaxValue)
        {
            throw new ArgumentException($"ChannelData carries at most {ushort.MaxValue} bytes, not {data.Length}.", nameof(data));
        }

        int bytes = FrameBytes(data.Length, padded);
        if (bytes > destination.Length)
        {
            throw new ArgumentException($"The frame takes {bytes} bytes, the buffer has {destination.Length}.", nameof(destination));
        }

        // The data first: should it stand elsewhere in the same buffer, the header must not overwrite it.
        data.CopyTo(destination[ChannelDataReader.HeaderBytes..]);
        destination[(ChannelDataReader.HeaderBytes + data.Length)..bytes].Clear();
        BinaryPrimitives.WriteUInt32BigEndian(destination, ((uint)channel << 16) | (uint)data.Length);
        return bytes;
    }
}
