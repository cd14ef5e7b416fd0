namespace IceSharp.Protocol.Framing;

/// <summary>What a frame on a stream to a STUN or TURN server is.</summary>
public enum StreamFrameKind
{
    /// <summary>A STUN message.</summary>
    Stun,

    /// <summary>ChannelData.</summary>
    ChannelData,
}
