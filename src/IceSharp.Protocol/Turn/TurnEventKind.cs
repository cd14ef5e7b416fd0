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

    /// <summary>A new allocation stands in place of one that was lost: <see cref="TurnEvent.RelayedAddress"/> and <see cref="TurnEvent.FormerRelayedAddress"/> tell which.</summary>
    Reallocated,

    /// <summary>The allocation has moved to the client's new address: everything goes by <see cref="TurnEvent.Socket"/> now, the old socket is of no use (RFC 8016).</summary>
    Moved,

    /// <summary>The allocation did not move; the old socket is still in use.</summary>
    MoveFailed,

    /// <summary>A family of a dual allocation is given back.</summary>
    FamilyReleased,

    /// <summary>The server has reached a peer over TCP: a stream of its own is to be opened and bound, within 30 s (RFC 6062 §4.3).</summary>
    PeerConnected,

    /// <summary>A peer has reached the relayed address over TCP: a stream of its own is to be opened and bound, within 30 s; or nothing is done, and the peer is turned away (RFC 6062 §4.4).</summary>
    ConnectionAttempted,

    /// <summary>A stream is bound to a peer's connection: from here on its bytes are the peer's, those behind the response included.</summary>
    ConnectionBound,

    /// <summary>A connection to a peer was refused, not bound in time, or ended; its stream, if it has one, is of no use.</summary>
    ConnectionEnded,
}
