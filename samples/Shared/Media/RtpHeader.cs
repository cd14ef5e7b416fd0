using System.Buffers.Binary;

namespace IceSharp.Samples.Media;

/// <summary>The fixed header of an RTP packet (RFC 3550 §5.1).</summary>
/// <param name="Marker">For audio: the packet begins a talkspurt (RFC 3551 §4.1).</param>
/// <param name="PayloadType">0 is PCMU.</param>
/// <param name="Sequence">One more each packet, wrapping around.</param>
/// <param name="Timestamp">Sampling instant of the first sample, in samples.</param>
/// <param name="Ssrc">The source.</param>
internal readonly record struct RtpHeader(bool Marker, byte PayloadType, ushort Sequence, uint Timestamp, uint Ssrc)
{
    public const int Length = 12;

    private const byte Version2 = 0x80, PaddingFlag = 0x20, ExtensionFlag = 0x10;

    /// <summary>Whether a datagram on a path that RTP and RTCP share is RTCP (RFC 5761 §4).</summary>
    public static bool IsRtcp(ReadOnlySpan<byte> datagram) => datagram.Length >= 2 && datagram[1] is >= 192 and <= 223;

    /// <summary>Writes the header in front of a payload; <paramref name="destination"/> has 12 bytes at least.</summary>
    public void Write(Span<byte> destination)
    {
        destination[0] = Version2;
        destination[1] = (byte)((Marker ? 0x80 : 0) | PayloadType);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], Ssrc);
    }

    /// <summary>Reads a packet with whatever contributing sources, extension and padding it has.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, out RtpHeader header, out ReadOnlySpan<byte> payload)
    {
        header = default;
        payload = default;
        if (packet.Length < Length || packet[0] >> 6 != 2 || IsRtcp(packet))
        {
            return false;
        }

        int begin = Length + 4 * (packet[0] & 0x0F), end = packet.Length;
        if ((packet[0] & ExtensionFlag) != 0)
        {
            if (begin + 4 > end)
            {
                return false;
            }

            begin += 4 + 4 * BinaryPrimitives.ReadUInt16BigEndian(packet[(begin + 2)..]);
        }

        if ((packet[0] & PaddingFlag) != 0)
        {
            // The last byte counts the padding, itself included.
            end -= packet[^1] == 0 ? end : packet[^1];
        }

        if (begin > end)
        {
            return false;
        }

        header = new RtpHeader(
            (packet[1] & 0x80) != 0,
            (byte)(packet[1] & 0x7F),
            BinaryPrimitives.ReadUInt16BigEndian(packet[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(packet[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(packet[8..]));
        payload = packet[begin..end];
        return true;
    }
}
