namespace IceSharp;

/// <summary>Which datagrams of an accepted source are application data.</summary>
public enum IceDemultiplexing
{
    /// <summary>Everything that is no valid STUN message, whatever its first byte: chat text and protocols of one's own pass.</summary>
    AnyFirstByte,

    /// <summary>By the ranges of RFC 7983 §7: 16 to 63 (ZRTP, DTLS) and 128 to 191 (RTP, RTCP) are data; other first bytes are dropped and counted as <see cref="Protocol.DropReason.FirstByte"/>.</summary>
    Rfc7983,
}
