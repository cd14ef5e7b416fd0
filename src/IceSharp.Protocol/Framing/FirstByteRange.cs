namespace IceSharp.Protocol.Framing;

/// <summary>The protocol that a datagram's first byte stands for when STUN, DTLS, TURN channels, ZRTP and RTP share a port (RFC 7983 §7).</summary>
public enum FirstByteRange
{
    /// <summary>In no range: to be dropped where the RFC's scheme is in force.</summary>
    Unassigned,

    /// <summary>0 to 3.</summary>
    Stun,

    /// <summary>16 to 19.</summary>
    Zrtp,

    /// <summary>20 to 63.</summary>
    Dtls,

    /// <summary>64 to 79.</summary>
    TurnChannel,

    /// <summary>128 to 191.</summary>
    Rtp,
}
