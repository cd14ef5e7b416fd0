namespace IceSharp.Protocol;

/// <summary>Why a machine has a deadline.</summary>
public enum TimerReason
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>A STUN request is due for retransmission or has run out of time.</summary>
    Transaction,

    /// <summary>The Ta timer: the next new transaction of gathering or checking may start (RFC 8445 §14.2).</summary>
    Pacing,

    /// <summary>The controlling agent looks at its evidence for nomination again.</summary>
    Nomination,

    /// <summary>A pair that carries data has been silent for Tr (RFC 8445 §11).</summary>
    Keepalive,

    /// <summary>Consent on a pair in use is asked for, or expires (RFC 7675 §5.1).</summary>
    Consent,

    /// <summary>The session that an ICE restart has replaced is let go.</summary>
    Restart,

    /// <summary>What a concluded stream does not use is given back (RFC 8445 §8.3).</summary>
    Freeing,

    /// <summary>A TURN allocation has to be refreshed, or ends (RFC 8656 §8).</summary>
    AllocationRefresh,

    /// <summary>TURN permissions have to be refreshed (RFC 8656 §10).</summary>
    PermissionRefresh,

    /// <summary>A TURN channel has to be bound again, or ends (RFC 8656 §12).</summary>
    ChannelRebind,

    /// <summary>Patience for a peer's candidates ends (RFC 8863).</summary>
    Pac,

    /// <summary>A server-reflexive binding has to be kept alive (RFC 8445 §5.1.1.4).</summary>
    ServerBindingKeepalive,

    /// <summary>Closing has waited long enough for servers to answer.</summary>
    Close,

    /// <summary>A remembered response, nonce or reservation expires on a server.</summary>
    Expiry,

    /// <summary>A name server has had its time: the next one is asked, or asking ends.</summary>
    NameServer,

    /// <summary>The next of several connection attempts may begin, or one has run out of time (RFC 8305 §5).</summary>
    ConnectionAttempt,

    /// <summary>A NAT mapping has been left idle for as long as a lifetime test wants (RFC 5780 §4.6).</summary>
    IdleMapping,
}
