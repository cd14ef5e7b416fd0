using System.Buffers.Binary;

namespace IceSharp.Samples.Media;

/// <summary>
/// The end of a stream as RTCP says it: a report and BYE in one datagram (RFC 3550 §6.1, §6.6). A sender's report tells how
/// many packets there were; a receiver's report with BYE is how the other side confirms.
/// </summary>
/// <param name="Ssrc">Who says goodbye.</param>
/// <param name="PacketCount">Packets the sender has sent; null in a receiver's goodbye.</param>
internal readonly record struct RtcpGoodbye(uint Ssrc, uint? PacketCount)
{
    private const byte Version2 = 0x80, SenderReport = 200, ReceiverReport = 201, Bye = 203;
    private const int SenderReportBytes = 28, ReceiverReportBytes = 8, ByeBytes = 8;

    /// <summary>The datagram.</summary>
    public byte[] ToBytes()
    {
        int reportBytes = PacketCount is null ? ReceiverReportBytes : SenderReportBytes;
        byte[] datagram = new byte[reportBytes + ByeBytes];
        WriteHead(datagram, 0, PacketCount is null ? ReceiverReport : SenderReport, reportBytes);
        if (PacketCount is { } count)
        {
            // Without a wall clock the NTP timestamp may be zero.
            BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(20), count);
        }

        WriteHead(datagram.AsSpan(reportBytes), 1, Bye, ByeBytes);
        return datagram;
    }

    /// <summary>Reads a compound RTCP packet; false when it holds no BYE or is malformed.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out RtcpGoodbye goodbye)
    {
        goodbye = default;
        uint? packetCount = null;
        while (datagram.Length >= 8 && datagram[0] >> 6 == 2)
        {
            int bytes = 4 * (1 + BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]));
            if (bytes < 8 || bytes > datagram.Length)
            {
                return false;
            }

            if (datagram[1] == SenderReport && bytes >= SenderReportBytes)
            {
                packetCount = BinaryPrimitives.ReadUInt32BigEndian(datagram[20..]);
            }
            else if (datagram[1] == Bye && (datagram[0] & 0x1F) > 0)
            {
                goodbye = new RtcpGoodbye(BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]), packetCount);
                return true;
            }

            datagram = datagram[bytes..];
        }

        return false;
    }

    private void WriteHead(Span<byte> destination, byte count, byte type, int bytes)
    {
        destination[0] = (byte)(Version2 | count);
        destination[1] = type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)(bytes / 4 - 1));
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Ssrc);
    }
}
