namespace IceSharp.Protocol.Framing;

/// <summary>Demultiplexing by the first byte (RFC 7983 §7). An option, not the default: outside of RTP sessions any first byte may be application data.</summary>
public static class FirstByte
{
    /// <summary>The range a first byte lies in.</summary>
    public static FirstByteRange Classify(byte firstByte) => firstByte switch
    {
        <= 3 => FirstByteRange.Stun,
        >= 16 and <= 19 => FirstByteRange.Zrtp,
        >= 20 and <= 63 => FirstByteRange.Dtls,
        >= 64 and <= 79 => FirstByteRange.TurnChannel,
        >= 128 and <= 191 => FirstByteRange.Rtp,
        _ => FirstByteRange.Unassigned,
    };
}
