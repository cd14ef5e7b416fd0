using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Opens access tokens and judges their time (RFC 7635 §6.2, §7).</summary>
internal sealed class AccessTokens(StunTurnServerOptions options)
{
    private const int TagBytes = 16;
    private const int MaxMacKeyBytes = 64;
    private static readonly TimeSpan Delta = TimeSpan.FromSeconds(5);
    private readonly byte[] _associatedData = Encoding.UTF8.GetBytes(options.TokenServerName ?? string.Empty);

    public bool AreOffered => options.TokenServerName is not null;

    /// <summary>Opens a token and looks whether its time has come and is not over.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="keyId">kid: names the key that the authorization server sealed it with.</param>
    /// <param name="token">The token.</param>
    /// <param name="macKey">What requests are signed with.</param>
    /// <param name="remaining">How long an allocation may last at most (RFC 7635 §9).</param>
    public bool TryOpen(MonotonicTime now, string keyId, ReadOnlySpan<byte> token, out byte[] macKey, out TimeSpan remaining)
    {
        (macKey, remaining) = ([], TimeSpan.Zero);
        if (!options.TokenKeys.TryGetValue(keyId, out byte[]? key) || !TryDecrypt(key, token, out byte[] content)
            || content.Length < 2 || BinaryPrimitives.ReadUInt16BigEndian(content) is var keyBytes && (keyBytes is 0 or > MaxMacKeyBytes || content.Length != 2 + keyBytes + 12))
        {
            return false;
        }

        macKey = content[2..(2 + keyBytes)];
        ulong timestamp = BinaryPrimitives.ReadUInt64BigEndian(content.AsSpan(2 + keyBytes));
        uint lifetime = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(2 + keyBytes + 8));

        // 48 bits of seconds and 16 of 1/64000 s.
        TimeSpan made = TimeSpan.FromTicks(((long)(timestamp >> 16) * TimeSpan.TicksPerSecond) + ((long)(timestamp & 0xFFFF) * TimeSpan.TicksPerSecond / 64000));
        TimeSpan here = (options.ClockOrigin - DateTimeOffset.UnixEpoch) + (now - MonotonicTime.Zero);
        remaining = TimeSpan.FromSeconds(lifetime) + Delta - (here - made).Duration();
        return remaining > TimeSpan.Zero;
    }

    // AES-GCM with the server's name as associated data; a key of 16 bytes stands for AES-128, of 32 for AES-256.
    private bool TryDecrypt(byte[] key, ReadOnlySpan<byte> token, out byte[] content)
    {
        content = [];
        int nonceBytes = token.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(token);
        if (nonceBytes != AesGcm.NonceByteSizes.MinSize || token.Length < 2 + nonceBytes + TagBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> sealedBytes = token[(2 + nonceBytes)..];
        content = new byte[sealedBytes.Length - TagBytes];
        using AesGcm cipher = new(key, TagBytes);
        try
        {
            cipher.Decrypt(token.Slice(2, nonceBytes), sealedBytes[..^TagBytes], sealedBytes[^TagBytes..], content, _associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
