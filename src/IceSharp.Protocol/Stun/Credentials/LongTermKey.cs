using System.Security.Cryptography;
using System.Text;

namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>Keys and USERHASH of long-term credentials, from user, realm and password as they come (RFC 8489 §9.2.2, §14.4, §18.5.1).</summary>
/// <remarks>
/// Trailing NULs are dropped from all three, the quotes around user and realm as well; then each goes through <see cref="OpaqueString"/>.
/// Without state, thread safe.
/// </remarks>
public static class LongTermKey
{
    /// <summary>Bytes of a USERHASH.</summary>
    public const int UserHashBytes = SHA256.HashSizeInBytes;

    /// <summary>Makes the key.</summary>
    /// <param name="algorithm">MD5 for servers without PASSWORD-ALGORITHMS, otherwise the algorithm chosen of their list.</param>
    /// <param name="username">The user.</param>
    /// <param name="realm">The realm.</param>
    /// <param name="password">The password.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="algorithm"/> is not known.</exception>
    /// <exception cref="ArgumentException">A text is not an OpaqueString, an empty one included.</exception>
    /// <exception cref="PlatformNotSupportedException">A text needs Unicode normalization and the process runs with invariant globalization.</exception>
    public static StunIntegrityKey Derive(StunPasswordAlgorithm algorithm, string username, string realm, string password) =>
        FromPrepared(
            algorithm,
            OpaqueString.Enforce(TrimName(username, nameof(username)), nameof(username)),
            OpaqueString.Enforce(TrimName(realm, nameof(realm)), nameof(realm)),
            OpaqueString.Enforce(TrimPassword(password, nameof(password)), nameof(password)));

    /// <summary>Makes the USERHASH that stands for a user where the server wants anonymity: SHA-256 of user and realm.</summary>
    /// <param name="username">The user.</param>
    /// <param name="realm">The realm.</param>
    /// <param name="destination">Where it goes; at least <see cref="UserHashBytes"/>.</param>
    /// <exception cref="ArgumentException">A text is not an OpaqueString, an empty one included; or <paramref name="destination"/> is too short.</exception>
    /// <exception cref="PlatformNotSupportedException">A text needs Unicode normalization and the process runs with invariant globalization.</exception>
    public static void HashUser(string username, string realm, Span<byte> destination) =>
        HashPreparedUser(
            OpaqueString.Enforce(TrimName(username, nameof(username)), nameof(username)),
            OpaqueString.Enforce(TrimName(realm, nameof(realm)), nameof(realm)),
            destination);

    internal static StunIntegrityKey FromPrepared(StunPasswordAlgorithm algorithm, string username, string realm, string password) => algorithm switch
    {
        StunPasswordAlgorithm.Md5 => StunIntegrityKey.LongTermMd5(username, realm, password),
        StunPasswordAlgorithm.Sha256 => StunIntegrityKey.LongTermSha256(username, realm, password),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Keys are made by MD5 or SHA-256."),
    };

    internal static void HashPreparedUser(string username, string realm, Span<byte> destination) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{username}:{realm}"), destination);

    /// <summary>A user or realm without trailing NULs and without the quotes around it.</summary>
    internal static string TrimName(string text, string parameterName)
    {
        string trimmed = TrimPassword(text, parameterName);
        return trimmed.Length >= 2 && trimmed[0] == '"' && trimmed[^1] == '"' ? trimmed[1..^1] : trimmed;
    }

    /// <summary>A password without trailing NULs.</summary>
    internal static string TrimPassword(string text, string parameterName)
    {
        ArgumentNullException.ThrowIfNull(text, parameterName);
        return text.TrimEnd('\0');
    }
}
