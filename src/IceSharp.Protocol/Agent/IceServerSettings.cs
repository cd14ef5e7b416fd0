using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>A STUN or TURN server to gather from.</summary>
/// <remarks>Immutable and thread safe. <see cref="ToString"/> hides the password.</remarks>
public sealed record IceServerSettings
{
    /// <summary>What the server is asked for.</summary>
    public required IceServerKind Kind { get; init; }

    /// <summary>DNS name or IP literal (IPv6 without brackets).</summary>
    public required string Host { get; init; }

    /// <summary>UDP port, 1 to 65535. Null, the default, asks DNS for the service (SRV records, RFC 8489 §8.1, RFC 5928), and is 3478 where it knows none.</summary>
    public ushort? Port { get; init; }

    /// <summary>How the server may be reached, the preferred first: UDP, and for TURN also TCP or, where <see cref="IsSecure"/> is set, TLS. The next one is tried when one does not answer.</summary>
    /// <value>The default is UDP alone.</value>
    public IReadOnlyList<StunUriTransport> Transports { get; init; } = [StunUriTransport.Udp];

    /// <summary>Whether the server is one of a secure scheme (<c>turns:</c>): TLS, on port 5349 unless told otherwise. Off by default.</summary>
    public bool IsSecure { get; init; }

    /// <summary>The name that the server's certificate must prove instead of <see cref="Host"/>; needed where that is an address. Null, the default, for the host.</summary>
    public string? VerificationName { get; init; }

    /// <summary>User of the long-term credential, prepared with OpaqueString when it is used; null for none.</summary>
    public string? Username { get; init; }

    /// <summary>Password of the long-term credential, prepared in the same way and not empty where there is a user; null for none.</summary>
    public string? Password { get; init; }

    /// <summary>"turn:relay.example.org:3478", without credentials.</summary>
    public override string ToString() => ToUriText();

    /// <summary>The server as the resolution procedures take it; null when the host is no host name.</summary>
    internal StunUri? ToUri() => StunUri.TryParse(ToUriText(), out StunUri? uri) ? uri : null;

    private string ToUriText()
    {
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        string port = Port is { } given ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $":{given}") : string.Empty;
        return $"{(Kind == IceServerKind.Turn ? "turn" : "stun")}{(IsSecure ? "s" : string.Empty)}:{host}{port}";
    }
}
