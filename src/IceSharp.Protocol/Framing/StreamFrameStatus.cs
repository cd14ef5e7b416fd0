namespace IceSharp.Protocol.Framing;

/// <summary>What a <see cref="StreamFramer"/> says of the bytes it holds. Everything but the first two is final: the stream is out of step and must be closed.</summary>
public enum StreamFrameStatus
{
    /// <summary>A frame is complete.</summary>
    Frame,

    /// <summary>More bytes have to come.</summary>
    NeedMore,

    /// <summary>A frame begins with a byte that starts neither STUN (0 to 3) nor ChannelData (64 to 79).</summary>
    Desynchronized,

    /// <summary>A STUN message's length is no multiple of 4.</summary>
    LengthNotMultipleOf4,

    /// <summary>A STUN message's bytes 4 to 7 are not the magic cookie.</summary>
    BadCookie,

    /// <summary>A frame is longer than the limit of this stream.</summary>
    TooLong,
}
