namespace IceSharp.Testing;

/// <summary>What the long-term mechanism says of a request.</summary>
internal enum AuthenticationResult
{
    /// <summary>Right credentials.</summary>
    Accepted,

    /// <summary>400 without integrity: something that belongs to credentials is missing or contradicts itself.</summary>
    Incomplete,

    /// <summary>401 with a challenge.</summary>
    Unauthenticated,

    /// <summary>438 with a challenge.</summary>
    StaleNonce,
}
