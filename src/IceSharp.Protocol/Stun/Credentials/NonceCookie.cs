using System.Buffers;
using System.Buffers.Text;

namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>What a nonce announces of its server: "obMatJos2" and 24 feature bits in 4 base64 characters (RFC 8489 §9.2).</summary>
/// <param name="IsPresent">Whether the nonce has a cookie.</param>
/// <param name="PasswordAlgorithms">Bit 0: the server sends PASSWORD-ALGORITHMS.</param>
/// <param name="UsernameAnonymity">Bit 1: the server wants USERHASH instead of USERNAME.</param>
internal readonly record struct NonceCookie(bool IsPresent, bool PasswordAlgorithms, bool UsernameAnonymity)
{
    private const int FeatureCharacters = 4;

    private static ReadOnlySpan<byte> Prefix => "obMatJos2"u8;

    public static NonceCookie Read(ReadOnlySpan<byte> nonce)
    {
        if (!nonce.StartsWith(Prefix) || nonce.Length < Prefix.Length + FeatureCharacters)
        {
            return default;
        }

        Span<byte> bits = stackalloc byte[3];
        OperationStatus status = Base64.DecodeFromUtf8(nonce.Slice(Prefix.Length, FeatureCharacters), bits, out _, out int written);
        return status == OperationStatus.Done && written == bits.Length
            ? new NonceCookie(true, (bits[0] & 0x80) != 0, (bits[0] & 0x40) != 0)
            : default;
    }

    /// <summary>Whether this takes back what an earlier nonce of the server announced (RFC 8489 §9.2.1).</summary>
    public bool IsLessThan(NonceCookie earlier) =>
        (earlier.IsPresent && !IsPresent)
        || (earlier.PasswordAlgorithms && !PasswordAlgorithms)
        || (earlier.UsernameAnonymity && !UsernameAnonymity);
}
