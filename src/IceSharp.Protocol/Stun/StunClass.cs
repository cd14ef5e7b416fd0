namespace IceSharp.Protocol.Stun;

/// <summary>Message class (RFC 8489 §5).</summary>
public enum StunClass : byte
{
    /// <summary>Asks for a response.</summary>
    Request = 0,

    /// <summary>Is never answered.</summary>
    Indication = 1,

    /// <summary>Answers a request that was carried out.</summary>
    SuccessResponse = 2,

    /// <summary>Answers a request that was refused.</summary>
    ErrorResponse = 3,
}
