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

    /// <summary>A channel stands: data for its peer takes 4 bytes of overhead from now on.</summary>
    ChannelBound,

    /// <summary>A channel was refused, or could not be kept: data for its peer goes in Send indications.</summary>
    ChannelRefused,

    /// <summary>A router or host told the server by ICMP that a relayed datagram did not arrive. A hint: permissions and channels stay (RFC 8656 §11.6).</summary>
    PeerUnreachable,

    /// <summary>The allocation is gone; permissions and channels with it.</summary>
    Lost,

    /// <summary>The allocation is released.</summary>
    Closed,
}
