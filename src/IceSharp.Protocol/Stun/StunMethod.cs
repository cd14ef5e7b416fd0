namespace IceSharp.Protocol.Stun;

/// <summary>Message method: a 12-bit number (RFC 8489 §18.2, RFC 8656 §17, RFC 6062 §6.1). Other values are legal and mean methods not known here.</summary>
public enum StunMethod : ushort
{
    /// <summary>Reserved.</summary>
    None = 0x000,

    /// <summary>Binding (RFC 8489).</summary>
    Binding = 0x001,

    /// <summary>Allocate (RFC 8656).</summary>
    Allocate = 0x003,

    /// <summary>Refresh (RFC 8656).</summary>
    Refresh = 0x004,

    /// <summary>Send indication (RFC 8656).</summary>
    Send = 0x006,

    /// <summary>Data indication (RFC 8656).</summary>
    Data = 0x007,

    /// <summary>CreatePermission (RFC 8656).</summary>
    CreatePermission = 0x008,

    /// <summary>ChannelBind (RFC 8656).</summary>
    ChannelBind = 0x009,

    /// <summary>Connect (RFC 6062).</summary>
    Connect = 0x00A,

    /// <summary>ConnectionBind (RFC 6062).</summary>
    ConnectionBind = 0x00B,

    /// <summary>ConnectionAttempt indication (RFC 6062).</summary>
    ConnectionAttempt = 0x00C,
}
