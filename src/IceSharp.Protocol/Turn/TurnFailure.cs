namespace IceSharp.Protocol.Turn;

/// <summary>Why a TURN request, or the whole allocation, failed.</summary>
public enum TurnFailure
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>No answer within the time of a transaction.</summary>
    Timeout,

    /// <summary>Answers came, but none with valid integrity (RFC 8489 §9.2.5).</summary>
    IntegrityViolated,

    /// <summary>The network said that nobody is there.</summary>
    Unreachable,

    /// <summary>The answer lacks something it must have, or makes no sense.</summary>
    MalformedResponse,

    /// <summary>The answer has a comprehension-required attribute that is not known, or the server (420) does not know one of ours.</summary>
    UnknownAttribute,

    /// <summary>The server demands credentials and there are none.</summary>
    CredentialsMissing,

    /// <summary>401 to a request with credentials: user or password is wrong.</summary>
    Unauthorized,

    /// <summary>438 again and again.</summary>
    StaleNonce,

    /// <summary>A challenge without usable realm or nonce, or one too large to be answered.</summary>
    BadChallenge,

    /// <summary>A challenge that offers less than the nonce announces or than the server offered before: somebody may have cut it (RFC 8489 §9.2.1).</summary>
    BidDown,

    /// <summary>The server offers no password algorithm that is known.</summary>
    UnsupportedAlgorithm,

    /// <summary>The server's realm is no OpaqueString, or the process runs with invariant globalization and cannot normalize it.</summary>
    RealmUnusable,

    /// <summary>The server does not take USERHASH, and the settings want the user hidden.</summary>
    AnonymityUnavailable,

    /// <summary>300: the server wants another one to be tried: <see cref="TurnAllocationMachine.Redirect"/>, when it may be.</summary>
    TryAlternate,

    /// <summary>400. To ChannelBind it means that client and server differ about the channels: the allocation is given back (RFC 8656 §12.3).</summary>
    BadRequest,

    /// <summary>403.</summary>
    Forbidden,

    /// <summary>405: the server allows no mobility (RFC 8016 §3.2.2).</summary>
    MobilityForbidden,

    /// <summary>437: to Allocate, this 5-tuple has an allocation already; to others, it has none.</summary>
    AllocationMismatch,

    /// <summary>440.</summary>
    AddressFamilyNotSupported,

    /// <summary>441: the allocation belongs to another user.</summary>
    WrongCredentials,

    /// <summary>442.</summary>
    UnsupportedTransport,

    /// <summary>443: the peer's address is not of the relayed address's family.</summary>
    PeerAddressFamilyMismatch,

    /// <summary>446: there is a connection to this peer, or one is being made (RFC 6062 §4.3).</summary>
    ConnectionExists,

    /// <summary>447: the server could not reach the peer; it may be asked for again after 10 s (RFC 6062 §4.3).</summary>
    ConnectionFailed,

    /// <summary>486: wait at least 60 s before the next attempt (RFC 8656 §7.4).</summary>
    QuotaReached,

    /// <summary>508: wait at least 60 s before the next attempt (RFC 8656 §7.4).</summary>
    InsufficientCapacity,

    /// <summary>Another 5xx code, after the repeats that are allowed.</summary>
    ServerError,

    /// <summary>Another code.</summary>
    OtherError,

    /// <summary>The stream to the server, or the one of a connection to a peer, was closed.</summary>
    StreamClosed,

    /// <summary>The allocation, a permission or a channel ran out before it could be refreshed.</summary>
    Expired,
}
