using System.Text;

namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>User and password of a long-term credential, prepared with OpaqueString (RFC 8489 §9.2, RFC 8265 §4.2).</summary>
/// <remarks>Immutable and thread safe; <see cref="ToString"/> shows neither.</remarks>
public sealed class LongTermCredential
{
    private const int MaxUsernameBytes = 508;

    /// <summary>Creates a credential.</summary>
    /// <param name="username">The user: 1 to 508 bytes of UTF-8 once prepared. Trailing NULs are dropped.</param>
    /// <param name="password">The password, not empty. Trailing NULs are dropped.</param>
    /// <exception cref="ArgumentException">A text is not an OpaqueString (empty, control characters, ...), or the user is too long.</exception>
    /// <exception cref="PlatformNotSupportedException">A text needs Unicode normalization and the process runs with invariant globalization.</exception>
    public LongTermCredential(string username, string password)
    {
        Username = OpaqueString.Enforce(LongTermKey.TrimPassword(username, nameof(username)), nameof(username));
        Password = OpaqueString.Enforce(LongTermKey.TrimPassword(password, nameof(password)), nameof(password));
        HashedUsername = LongTermKey.TrimName(Username, nameof(username));
        int bytes = Encoding.UTF8.GetByteCount(Username);
        if (bytes > MaxUsernameBytes)
        {
            throw new ArgumentException($"A username has at most {MaxUsernameBytes} bytes, not {bytes}.", nameof(username));
        }

        if (HashedUsername.Length == 0)
        {
            throw new ArgumentException("There is nothing between the quotes of the username.", nameof(username));
        }
    }

    /// <summary>The user as USERNAME carries it.</summary>
    public string Username { get; }

    /// <summary>The password; never logged.</summary>
    public string Password { get; }

    /// <summary>The user as keys and USERHASH take it: without quotes around it.</summary>
    internal string HashedUsername { get; }

    /// <summary>"LongTermCredential": neither user nor password.</summary>
    public override string ToString() => nameof(LongTermCredential);
}
