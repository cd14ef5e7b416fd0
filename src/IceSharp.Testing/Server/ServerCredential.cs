using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Who sent a request and how its response is protected; the default value is "nobody, not at all".</summary>
internal readonly record struct ServerCredential(string? Username, StunIntegrityKey? Key, StunIntegrityAlgorithm Algorithm)
{
    /// <summary>Whether it comes from an access token (RFC 7635).</summary>
    public bool IsToken { get; init; }

    /// <summary>How long what is granted under it may last; null for no bound.</summary>
    public TimeSpan? Remaining { get; init; }
}
