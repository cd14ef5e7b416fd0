namespace IceSharp.Protocol.Framing;

/// <summary>Tells RTP and RTCP apart that share a port (RFC 5761 §4).</summary>
public static class RtcpMux
{
    /// <summary>Whether a datagram in the range of RTP and RTCP is RTCP: its second byte, the packet type, lies between 192 and 223. Everything else of the range is RTP.</summary>
    public static bool IsRtcp(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= 2 && FirstByte.Classify(datagram[0]) == FirstByteRange.Rtp && datagram[1] is >= 192 and <= 223;

    /// <summary>Whether an RTP payload type can be used where the port is shared: 64 to 95 would read as RTCP when the marker bit is set.</summary>
    /// <param name="payloadType">0 to 127.</param>
    public static bool IsUsablePayloadType(int payloadType) => payloadType is >= 0 and < 64 or > 95 and < 128;
}
