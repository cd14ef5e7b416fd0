namespace IceSharp.Protocol.Turn;

/// <summary>User and password of a long-term credential (RFC 8489 §9.2).</summary>
/// <remarks>Both already prepared with OpaqueString where they are not ASCII (RFC 8265 §4.2). Immutable and thread safe; <see cref="ToString"/> shows neither.</remarks>
public sealed class TurnCredential
{
    /// <summary>Creates a credential.</summary>
    /// <param name="username">1 to 508 bytes of UTF-8.</param>
    /// <param name="password">The password.</param>
    /// <exception cref="ArgumentException"><paramref name="username"/> is empty or too long.</exception>
    public TurnCredential(string username, string password)
    {
        ArgumentException.ThrowIfNullOrEmpty(username);
        ArgumentNullException.ThrowIfNull(password);
        int bytes = System.Text.Encoding.UTF8.GetByteCount(username);
        if (bytes > 508)
        {
            throw new ArgumentException($"A username has at most 508 bytes, not {bytes}.", nameof(username));
        }

        Username = username;
        Password = password;
    }

    /// <summary>The user.</summary>
    public string Username { get; }

    /// <summary>The password; never logged.</summary>
    public string Password { get; }

    /// <summary>"TurnCredential": neither user nor password.</summary>
    public override string ToString() => nameof(TurnCredential);
}
