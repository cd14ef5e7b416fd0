namespace IceSharp;

/// <summary>Why a pair may not be sent on any more (RFC 7675 §5).</summary>
public enum IceConsentLoss
{
    /// <summary>No authenticated response arrived for 30 s.</summary>
    Expired,

    /// <summary>The peer answered 403 (Forbidden), authenticated.</summary>
    Forbidden,

    /// <summary>The application said so: the peer has closed the connection by an authenticated message of a protocol above, for example a TLS alert.</summary>
    Revoked,
}
