using System.Text;

namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>User and password of a short-term credential, prepared with OpaqueString (RFC 8489 §9.1, RFC 8265 §4.2).</summary>
/// <remarks>Immutable and thread safe; <see cref="ToString"/> shows neither.</remarks>
public sealed class ShortTermCredential
{
    private const int MaxUsernameBytes = 508;

    /// <summary>Creates a credential.</summary>
    /// <param name="username">The user: 1 to 508 bytes of UTF-8 once prepared.</param>
    /// <param name="password">The password, not empty.</param>
    /// <exception cref="ArgumentException">A text is not an OpaqueString (empty, control characters, ...), or the user is too long.</exception>
    /// <exception cref="PlatformNotSupportedException">A text needs Unicode normalization and the process runs with invariant globalization.</exception>
    public ShortTermCredential(string username, string password)
    {
        ArgumentNullException.ThrowIfNull(username);
        ArgumentNullException.ThrowIfNull(password);
        Username = OpaqueString.Enforce(username, nameof(username));
        Password = OpaqueString.Enforce(password, nameof(password));
        int bytes = Encoding.UTF8.GetByteCount(Username);
        if (bytes > MaxUsernameBytes)
        {
            throw new ArgumentException($"A username has at most {MaxUsernameBytes} bytes, not {bytes}.", nameof(username));
        }
    }

    /// <summary>The user.</summary>
    public string Username { get; }

    /// <summary>The password; never logged.</summary>
    public string Password { get; }

    /// <summary>Makes the key: the password itself (RFC 8489 §9.1.1). The caller disposes of it.</summary>
    public StunIntegrityKey CreateKey() => StunIntegrityKey.ShortTerm(Password);

    /// <summary>"ShortTermCredential": neither user nor password.</summary>
    public override string ToString() => nameof(ShortTermCredential);
}
