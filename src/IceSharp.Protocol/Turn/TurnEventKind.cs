namespace IceSharp.Protocol.Turn;

/// <summary>What happened to an allocation.</summary>
public enum TurnEventKind
{
    /// <summary>There is a relayed address.</summary>
    Allocated,

    /// <summary>There will be none.</summary>
    Failed,

    /// <summary>Data may be exchanged with a peer's IP address.</summary>
    PermissionInstalled,

    /// <summary>A permission was refused, or could not be kept.</summary>
    PermissionRefused,

    /// <summary>The allocation is gone; permissions and channels with it.</summary>
    Lost,

    /// <summary>The allocation is released.</summary>
    Closed,
}
