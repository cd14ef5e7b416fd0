using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Makes nonces that carry their own birth date and owner under a keyed hash, so that unauthenticated requests cost no memory.</summary>
/// <remarks>No two source addresses ever get the same one (RFC 8489 §9.2.4).</remarks>
internal sealed class NonceIssuer
{
    private const string Cookie = "obMatJos2";
    private const int StampBytes = 12;
    private const int MacBytes = 16;
    private readonly byte[] _secret = new byte[32];
    private readonly StunTurnServerOptions _options;
    private readonly ServerFaults _faults;
    private readonly string _prefix;

    public NonceIssuer(StunTurnServerOptions options, ServerFaults faults, IRandomSource random)
    {
        _options = options;
        _faults = faults;
        random.Fill(_secret);

        // Bit 0 of the 24 feature bits, password algorithms, is the most significant one; bit 1 is user anonymity (RFC 8489 §9.2, §18.1).
        _prefix = options.LongTerm == LongTermMode.Rfc5389 ? string.Empty : Cookie + (options.OffersUserAnonymity ? "wAAA" : "gAAA");
    }

    public byte[] Issue(MonotonicTime now, TransportAddress client)
    {
        if (_faults.ChangesNoncesForever)
        {
            _faults.ExpireNonces();
        }

        Span<byte> bytes = stackalloc byte[StampBytes + MacBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, now.Ticks);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], _faults.NonceEpoch);
        Sign(bytes[..StampBytes], client, bytes[StampBytes..]);
        return Encoding.ASCII.GetBytes(_prefix + Convert.ToHexStringLower(bytes));
    }

    /// <summary>Whether the nonce was given to this client and is still good; a foreign or made-up one counts as stale.</summary>
    public bool IsFresh(MonotonicTime now, TransportAddress client, ReadOnlySpan<byte> nonce)
    {
        Span<byte> bytes = stackalloc byte[StampBytes + MacBytes], mac = stackalloc byte[MacBytes];
        if (nonce.Length != _prefix.Length + (2 * bytes.Length) || !Ascii.Equals(nonce[.._prefix.Length], _prefix)
            || Convert.FromHexString(nonce[_prefix.Length..], bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        Sign(bytes[..StampBytes], client, mac);
        MonotonicTime issued = new(BinaryPrimitives.ReadInt64BigEndian(bytes));
        return !_faults.ChangesNoncesForever && CryptographicOperations.FixedTimeEquals(mac, bytes[StampBytes..])
            && BinaryPrimitives.ReadInt32BigEndian(bytes[8..]) == _faults.NonceEpoch
            && now < issued + _options.NonceLifetime;
    }

    private void Sign(ReadOnlySpan<byte> stamp, TransportAddress client, Span<byte> mac)
    {
        Span<byte> input = stackalloc byte[StampBytes + 2 + 16], full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        stamp.CopyTo(input);
        BinaryPrimitives.WriteUInt16BigEndian(input[StampBytes..], client.Port);
        int addressBytes = client.Address.WriteTo(input[(StampBytes + 2)..]);
        HMACSHA256.HashData(_secret, input[..(StampBytes + 2 + addressBytes)], full);
        full[..MacBytes].CopyTo(mac);
    }
}
