using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace IceSharp.Protocol.Stun;

/// <summary>A credential's key with its hash state kept ready: a re-used keyed hash costs half of a fresh one and allocates nothing.</summary>
/// <remarks>Not thread safe: it belongs to the machine, and so to the loop, that uses it.</remarks>
public sealed class StunIntegrityKey : IDisposable
{
    private const int ScratchBytes = 512;

    private readonly byte[] _key;
    private byte[] _scratch = [];
    private IncrementalHash? _sha1;
    private IncrementalHash? _sha256;
    private bool _disposed;

    /// <summary>Creates a key from raw bytes of any length.</summary>
    public StunIntegrityKey(ReadOnlySpan<byte> key) => _key = key.ToArray();

    /// <summary>The short-term key: the password itself (RFC 8489 §9.1.1).</summary>
    /// <param name="password">Already prepared with OpaqueString where it is not ASCII.</param>
    public static StunIntegrityKey ShortTerm(string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        return new StunIntegrityKey(Encoding.UTF8.GetBytes(password));
    }

    /// <summary>The long-term key of servers that offer no password algorithms: MD5 of user, realm and password (RFC 8489 §9.2.2).</summary>
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "RFC 8489 §9.2.2 prescribes it for servers without PASSWORD-ALGORITHMS.")]
    public static StunIntegrityKey LongTermMd5(string username, string realm, string password) =>
        new(MD5.HashData(LongTermInput(username, realm, password)));

    /// <summary>The long-term key by SHA-256 of user, realm and password (RFC 8489 §18.5.1.2).</summary>
    public static StunIntegrityKey LongTermSha256(string username, string realm, string password) =>
        new(SHA256.HashData(LongTermInput(username, realm, password)));

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _sha1?.Dispose();
        _sha256?.Dispose();
        CryptographicOperations.ZeroMemory(_key);
    }

    /// <summary>"StunIntegrityKey": never the key.</summary>
    public override string ToString() => nameof(StunIntegrityKey);

    /// <summary>Computes the HMAC of <paramref name="covered"/>, whose header length the caller has set as §14.5 demands; a shorter <paramref name="mac"/> takes its leading bytes.</summary>
    internal void Compute(StunIntegrityAlgorithm algorithm, ReadOnlySpan<byte> covered, Span<byte> mac)
    {
        IncrementalHash hash = Hash(algorithm);
        hash.AppendData(covered);
        if (mac.Length >= hash.HashLengthInBytes)
        {
            hash.GetHashAndReset(mac);
            return;
        }

        Span<byte> whole = stackalloc byte[StunWire.Sha256Bytes];
        hash.GetHashAndReset(whole);
        whole[..mac.Length].CopyTo(mac);
    }

    /// <summary>Whether the received value is the HMAC over the covered bytes with the header length that counts up to the attribute's end.</summary>
    internal bool Matches(StunIntegrityAlgorithm algorithm, ReadOnlySpan<byte> covered, int valueBytes, ReadOnlySpan<byte> received)
    {
        // One contiguous span hashes faster than header and rest apart, so the few bytes are copied to mend the length field.
        if (_scratch.Length < covered.Length)
        {
            _scratch = new byte[Math.Max(covered.Length, ScratchBytes)];
        }

        Span<byte> message = _scratch.AsSpan(0, covered.Length);
        covered.CopyTo(message);
        StunWire.WriteLength(message, covered.Length + StunWire.AttributeHeaderBytes + valueBytes);
        Span<byte> mac = stackalloc byte[StunWire.Sha256Bytes];
        Compute(algorithm, message, mac);
        return CryptographicOperations.FixedTimeEquals(mac[..valueBytes], received);
    }

    private static byte[] LongTermInput(string username, string realm, string password)
    {
        ArgumentNullException.ThrowIfNull(username);
        ArgumentNullException.ThrowIfNull(realm);
        ArgumentNullException.ThrowIfNull(password);
        return Encoding.UTF8.GetBytes($"{username}:{realm}:{password}");
    }

    private IncrementalHash Hash(StunIntegrityAlgorithm algorithm)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return algorithm == StunIntegrityAlgorithm.HmacSha1
            ? _sha1 ??= IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, _key)
            : _sha256 ??= IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
    }
}
