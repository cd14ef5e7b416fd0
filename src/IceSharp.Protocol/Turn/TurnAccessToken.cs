namespace IceSharp.Protocol.Turn;

/// <summary>An access token of an authorization server, which takes the place of user and password (RFC 7635).</summary>
/// <remarks>
/// Immutable and thread safe; <see cref="ToString"/> shows neither token nor key. How it is fetched is the application's affair: over TLS,
/// because the key must not cross the network in clear (RFC 7635 §11).
/// </remarks>
public sealed class TurnAccessToken
{
    private const int MaxKeyIdBytes = 508;
    private const int MaxTokenBytes = 700;
    private const int MaxMacKeyBytes = 64;

    /// <summary>Creates a token.</summary>
    /// <param name="keyId">kid: names the key that the TURN server shares with the authorization server; 1 to 508 bytes of UTF-8.</param>
    /// <param name="token">The token as bytes, 1 to 700: base64 text that an authorization server gave is decoded first. Opaque; copied.</param>
    /// <param name="macKey">mac_key: what requests are signed with, 1 to 64 bytes, 20 for HMAC-SHA-1. Copied.</param>
    /// <param name="lifetime">How long it may be used from when it is handed in; more than zero.</param>
    /// <exception cref="ArgumentException">A value lies outside its range.</exception>
    public TurnAccessToken(string keyId, ReadOnlySpan<byte> token, ReadOnlySpan<byte> macKey, TimeSpan lifetime)
    {
        ArgumentException.ThrowIfNullOrEmpty(keyId);
        if (System.Text.Encoding.UTF8.GetByteCount(keyId) > MaxKeyIdBytes)
        {
            throw new ArgumentException($"A key's name has at most {MaxKeyIdBytes} bytes.", nameof(keyId));
        }

        if (token.Length is 0 or > MaxTokenBytes)
        {
            throw new ArgumentException($"A token has 1 to {MaxTokenBytes} bytes, not {token.Length}.", nameof(token));
        }

        if (macKey.Length is 0 or > MaxMacKeyBytes)
        {
            throw new ArgumentException($"A key has 1 to {MaxMacKeyBytes} bytes, not {macKey.Length}.", nameof(macKey));
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        KeyId = keyId;
        Token = token.ToArray();
        MacKey = macKey.ToArray();
        Lifetime = lifetime;
    }

    /// <summary>kid, which goes as USERNAME.</summary>
    public string KeyId { get; }

    /// <summary>How long it may be used from when it is handed in.</summary>
    public TimeSpan Lifetime { get; }

    internal byte[] Token { get; }

    internal byte[] MacKey { get; }

    /// <summary>"TurnAccessToken", and nothing of its content.</summary>
    public override string ToString() => nameof(TurnAccessToken);
}
