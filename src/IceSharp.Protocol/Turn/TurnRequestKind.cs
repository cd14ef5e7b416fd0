namespace IceSharp.Protocol.Turn;

internal enum TurnRequestKind
{
    Allocate,
    Refresh,

    /// <summary>Refresh with LIFETIME 0.</summary>
    Release,
    CreatePermission,
    ChannelBind,
}
