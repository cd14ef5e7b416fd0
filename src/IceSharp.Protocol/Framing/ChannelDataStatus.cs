namespace IceSharp.Protocol.Framing;

/// <summary>Why bytes are not a ChannelData frame.</summary>
public enum ChannelDataStatus
{
    /// <summary>They are one.</summary>
    Ok,

    /// <summary>Fewer than the 4 bytes of the header.</summary>
    TooShort,

    /// <summary>The number lies outside 0x4000 to 0x4FFF (RFC 8656 §12).</summary>
    BadChannel,

    /// <summary>The length field promises more bytes than there are.</summary>
    LengthExceedsBuffer,
}
