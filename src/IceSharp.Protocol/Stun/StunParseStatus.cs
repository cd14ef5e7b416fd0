namespace IceSharp.Protocol.Stun;

/// <summary>Why bytes are not a STUN message; the first check that fails, in this order (RFC 8489 §5, §14).</summary>
public enum StunParseStatus
{
    /// <summary>They are one.</summary>
    Ok,

    /// <summary>Fewer than 20 bytes.</summary>
    TooShort,

    /// <summary>The two top bits of the first byte are not zero.</summary>
    LeadingBits,

    /// <summary>Bytes 4 to 7 are not the magic cookie.</summary>
    BadCookie,

    /// <summary>The length field is no multiple of 4.</summary>
    LengthNotMultipleOf4,

    /// <summary>The length field promises more bytes than there are.</summary>
    LengthExceedsBuffer,

    /// <summary>There are bytes behind the message.</summary>
    TrailingBytes,

    /// <summary>An attribute reaches past the end of the message.</summary>
    AttributeOverrun,
}
