using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Turn;

/// <summary>Error codes with a meaning to a TURN client (RFC 8656 §7.4, §19).</summary>
internal static class TurnErrorCode
{
    public const int BadRequest = 400;
    public const int Unauthenticated = 401;
    public const int MobilityForbidden = 405;
    public const int UnknownAttribute = 420;
    public const int AllocationMismatch = 437;
    public const int StaleNonce = 438;
    public const int PeerAddressFamilyMismatch = 443;
    public const int ConnectionExists = 446;
    public const int ConnectionFailed = 447;
    public const int InsufficientCapacity = 508;

    /// <summary>Whether the same request may be sent again a few times (RFC 8489 §6.3.4); 508 has a rule of its own.</summary>
    public static bool IsTransient(int code) => code / 100 == 5 && code != InsufficientCapacity;

    public static TurnFailure ToFailure(int code) => code switch
    {
        300 => TurnFailure.TryAlternate,
        BadRequest => TurnFailure.BadRequest,
        Unauthenticated => TurnFailure.Unauthorized,
        403 => TurnFailure.Forbidden,
        MobilityForbidden => TurnFailure.MobilityForbidden,
        UnknownAttribute => TurnFailure.UnknownAttribute,
        AllocationMismatch => TurnFailure.AllocationMismatch,
        StaleNonce => TurnFailure.StaleNonce,
        440 => TurnFailure.AddressFamilyNotSupported,
        441 => TurnFailure.WrongCredentials,
        442 => TurnFailure.UnsupportedTransport,
        PeerAddressFamilyMismatch => TurnFailure.PeerAddressFamilyMismatch,
        ConnectionExists => TurnFailure.ConnectionExists,
        ConnectionFailed => TurnFailure.ConnectionFailed,
        486 => TurnFailure.QuotaReached,
        InsufficientCapacity => TurnFailure.InsufficientCapacity,
        >= 500 and <= 599 => TurnFailure.ServerError,
        _ => TurnFailure.OtherError,
    };

    public static TurnFailure ToFailure(LongTermFailure failure) => failure switch
    {
        LongTermFailure.None => TurnFailure.None,
        LongTermFailure.CredentialsMissing => TurnFailure.CredentialsMissing,
        LongTermFailure.RealmUnusable => TurnFailure.RealmUnusable,
        LongTermFailure.BidDown => TurnFailure.BidDown,
        LongTermFailure.UnsupportedAlgorithm => TurnFailure.UnsupportedAlgorithm,
        LongTermFailure.AnonymityUnavailable => TurnFailure.AnonymityUnavailable,
        LongTermFailure.Unauthorized => TurnFailure.Unauthorized,
        LongTermFailure.StaleNonce => TurnFailure.StaleNonce,
        _ => TurnFailure.BadChallenge,
    };
}
