namespace IceSharp.Protocol.Turn;

internal enum TurnRequestKind
{
    Allocate,
    Refresh,

    /// <summary>Refresh with LIFETIME 0.</summary>
    Release,

    /// <summary>Refresh with LIFETIME 0 for one family of two.</summary>
    ReleaseFamily,

    /// <summary>Refresh with MOBILITY-TICKET, from a new address (RFC 8016 §3.2).</summary>
    Move,
    CreatePermission,
    ChannelBind,

    /// <summary>RFC 6062 §4.3.</summary>
    Connect,

    /// <summary>On a connection of its own (RFC 6062 §4.3).</summary>
    ConnectionBind,
}
