namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>Why a challenge is not answered.</summary>
public enum LongTermFailure
{
    /// <summary>It is answered.</summary>
    None,

    /// <summary>There are no credentials.</summary>
    CredentialsMissing,

    /// <summary>Realm or nonce are missing, empty, no UTF-8, or too large for the answer.</summary>
    BadChallenge,

    /// <summary>The realm is no <see cref="OpaqueString"/>, or the process runs with invariant globalization and cannot normalize it.</summary>
    RealmUnusable,

    /// <summary>It offers less than its nonce announces, or than the server offered before: somebody may have cut it (RFC 8489 §9.2.1).</summary>
    BidDown,

    /// <summary>It offers no password algorithm that is known.</summary>
    UnsupportedAlgorithm,

    /// <summary>The server does not take USERHASH, and the settings want the user hidden.</summary>
    AnonymityUnavailable,

    /// <summary>401 to the same user and realm: user or password is wrong.</summary>
    Unauthorized,

    /// <summary>438 again and again, or with the nonce that was just used.</summary>
    StaleNonce,
}
