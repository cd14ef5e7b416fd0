namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>What a server does with a message under the short-term mechanism (RFC 8489 §9.1.3).</summary>
public enum ShortTermCheck
{
    /// <summary>Its integrity is right.</summary>
    Accepted,

    /// <summary>Answer 400, without USERNAME and integrity.</summary>
    BadRequest,

    /// <summary>Answer 401, without USERNAME and integrity.</summary>
    Unauthenticated,

    /// <summary>An indication that fails: drop it silently.</summary>
    Discard,
}
