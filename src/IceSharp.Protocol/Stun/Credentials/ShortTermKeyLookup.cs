namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>Finds the key of a user; null when there is none.</summary>
/// <param name="username">The USERNAME as it came, UTF-8; not to be kept.</param>
public delegate StunIntegrityKey? ShortTermKeyLookup(ReadOnlySpan<byte> username);
