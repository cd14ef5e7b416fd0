using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Who sent a request and how its response is protected; the default value is "nobody, not at all".</summary>
internal readonly record struct ServerCredential(string? Username, StunIntegrityKey? Key, StunIntegrityAlgorithm Algorithm);
