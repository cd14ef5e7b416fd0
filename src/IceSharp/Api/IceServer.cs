using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp;

/// <summary>A STUN or TURN server to gather candidates from.</summary>
/// <remarks>Immutable and thread safe. <see cref="ToString"/> hides the password.</remarks>
/// <example><code>
/// Servers = [IceServer.Stun("stun:stun.example.org"), IceServer.Turn("turn:turn.example.org", "user", "password")]
/// </code></example>
public sealed record IceServer
{
    private IceServer(StunUri uri, string? username, string? password)
    {
        Uri = uri;
        Username = username;
        Password = password;
    }

    /// <summary>Where the server is.</summary>
    public StunUri Uri { get; }

    /// <summary>User of the long-term credential; null for a STUN server.</summary>
    public string? Username { get; }

    /// <summary>Password of the long-term credential; null for a STUN server.</summary>
    public string? Password { get; }

    /// <summary>A server that tells one's server-reflexive address.</summary>
    /// <param name="uri">A <c>stun:</c> URI (RFC 7064), for example "stun:stun.example.org:3478". Agents ask STUN servers over UDP only.</param>
    /// <exception cref="FormatException"><paramref name="uri"/> is not a STUN URI.</exception>
    /// <exception cref="ArgumentException"><paramref name="uri"/> names a TURN server.</exception>
    public static IceServer Stun(string uri)
    {
        StunUri parsed = StunUri.Parse(uri);
        return parsed.IsTurn
            ? throw new ArgumentException($"'{parsed}' is a TURN URI: use IceServer.Turn with credentials.", nameof(uri))
            : new IceServer(parsed, null, null);
    }

    /// <summary>A server that relays.</summary>
    /// <param name="uri">A <c>turn:</c> URI (RFC 7065), for example "turn:turn.example.org?transport=udp". Without a transport UDP is tried first, then TCP; <c>turns:</c> is TLS.</param>
    /// <param name="username">User of the long-term credential; prepared with OpaqueString (RFC 8265 §4.2).</param>
    /// <param name="password">Its password, not empty; prepared in the same way.</param>
    /// <exception cref="FormatException"><paramref name="uri"/> is not a TURN URI.</exception>
    /// <exception cref="ArgumentException"><paramref name="uri"/> names a STUN server; or a text is not an OpaqueString: empty, with control characters, ...</exception>
    /// <exception cref="PlatformNotSupportedException">A text needs Unicode normalization and the process runs with invariant globalization.</exception>
    public static IceServer Turn(string uri, string username, string password)
    {
        LongTermCredential credential = new(username, password);
        StunUri parsed = StunUri.Parse(uri);
        return parsed.IsTurn
            ? new IceServer(parsed, credential.Username, credential.Password)
            : throw new ArgumentException($"'{parsed}' is a STUN URI: use IceServer.Stun.", nameof(uri));
    }

    /// <summary>The URI, without credentials.</summary>
    public override string ToString() => Uri.ToString();

    /// <summary>A server that relays to whoever knows a secret that it shares with the application's own service: the "REST API" of most TURN servers.</summary>
    /// <remarks>To be called where the secret is, which is the service; the client gets user and password. The password is the base64 text of HMAC-SHA1 over the user name.</remarks>
    /// <param name="uri">A <c>turn:</c> or <c>turns:</c> URI (RFC 7065).</param>
    /// <param name="secret">The shared secret.</param>
    /// <param name="expiresAt">Until when the server takes the credential for new allocations and refreshes.</param>
    /// <param name="user">Who it is for, which goes behind the time in the user name; null for nobody in particular.</param>
    /// <exception cref="FormatException"><paramref name="uri"/> is not a TURN URI.</exception>
    /// <exception cref="ArgumentException"><paramref name="uri"/> names a STUN server, or <paramref name="secret"/> is empty.</exception>
    [SuppressMessage("Security", "CA5350", Justification = "The scheme is what servers speak; HMAC does not need collision resistance.")]
    public static IceServer TurnTimeLimited(string uri, string secret, DateTimeOffset expiresAt, string? user = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(secret);
        string time = expiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string name = user is null ? time : $"{time}:{user}";
        return Turn(uri, name, Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(name))));
    }

    /// <summary>A server that relays, and that is answered with access tokens, or asks nobody for credentials.</summary>
    /// <param name="uri">A <c>turn:</c> or <c>turns:</c> URI (RFC 7065).</param>
    /// <exception cref="FormatException"><paramref name="uri"/> is not a TURN URI.</exception>
    /// <exception cref="ArgumentException"><paramref name="uri"/> names a STUN server.</exception>
    public static IceServer Turn(string uri)
    {
        StunUri parsed = StunUri.Parse(uri);
        return parsed.IsTurn ? new IceServer(parsed, null, null) : throw new ArgumentException($"'{parsed}' is a STUN URI: use IceServer.Stun.", nameof(uri));
    }

    /// <summary>The credential; null where there is none.</summary>
    internal LongTermCredential? ToCredential() => Username is { } user ? new LongTermCredential(user, Password ?? string.Empty) : null;

    /// <summary>The server as the machine takes it.</summary>
    /// <exception cref="NotSupportedException">The URI asks for a transport that agents do not have yet.</exception>
    internal IceServerSettings ToSettings(string? verificationName)
    {
        StunUriTransport[] transports = [.. Uri.Transports.Where(t => t == StunUriTransport.Udp || (Uri.IsTurn && t is StunUriTransport.Tcp or StunUriTransport.Tls))];
        if (transports.Length == 0)
        {
            throw new NotSupportedException($"'{Uri}' cannot be used: agents reach STUN servers over UDP, and TURN servers over UDP, TCP and TLS.");
        }

        if (Uri is { IsSecure: true, HostAddress: not null } && verificationName is null)
        {
            throw new NotSupportedException($"'{Uri}' has no name to verify a certificate against: set Tls.VerificationName.");
        }

        return new IceServerSettings
        {
            Kind = Uri.IsTurn ? IceServerKind.Turn : IceServerKind.Stun,
            Host = Uri.Host,
            Port = Uri.Port,
            Transports = transports,
            IsSecure = Uri.IsSecure,
            VerificationName = Uri.IsSecure ? verificationName : null,
            Username = Username,
            Password = Password,
        };
    }
}
