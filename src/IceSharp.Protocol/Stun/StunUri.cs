using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace IceSharp.Protocol.Stun;

/// <summary>A <c>stun:</c>, <c>stuns:</c>, <c>turn:</c> or <c>turns:</c> URI (RFC 7064, RFC 7065).</summary>
/// <remarks>
/// Immutable and thread safe. The grammar is <c>scheme:host[:port]</c>, for TURN with <c>?transport=</c>; there is no
/// "//", user, path or fragment in it. A secure URI, and the credentials that go with it,
/// must come over a channel as secure as the connection it asks for (RFC 7064 §4).
/// </remarks>
public sealed record StunUri
{
    private StunUri(StunUriScheme scheme, string host, IpAddress? address, ushort? port, string? transport)
    {
        Scheme = scheme;
        Host = host;
        HostAddress = address;
        Port = port;
        Transport = transport;
    }

    /// <summary>The scheme.</summary>
    public StunUriScheme Scheme { get; }

    /// <summary>The host as written, percent-encoding undone; an IPv6 literal without its brackets.</summary>
    public string Host { get; }

    /// <summary>The host as an address when it is a literal; null when it is a name.</summary>
    public IpAddress? HostAddress { get; }

    /// <summary>The port as given, 1 to 65535; null when absent.</summary>
    public ushort? Port { get; }

    /// <summary>Value of <c>?transport=</c> in lower case; null when absent. May be one that nobody knows: see <see cref="Transports"/>.</summary>
    public string? Transport { get; }

    /// <summary>Whether the scheme asks for TLS or DTLS.</summary>
    public bool IsSecure => Scheme is StunUriScheme.Stuns or StunUriScheme.Turns;

    /// <summary>Whether the scheme names a TURN server.</summary>
    public bool IsTurn => Scheme is StunUriScheme.Turn or StunUriScheme.Turns;

    /// <summary>The scheme's port: 3478, or 5349 when secure.</summary>
    public ushort DefaultPort => IsSecure ? (ushort)5349 : (ushort)3478;

    /// <summary><see cref="Port"/>, or else <see cref="DefaultPort"/>.</summary>
    public ushort EffectivePort => Port ?? DefaultPort;

    /// <summary>What the URI allows to connect with, best first; empty when <see cref="Transport"/> is unknown, which makes the URI unusable (RFC 5928 §3).</summary>
    public IReadOnlyList<StunUriTransport> Transports => (Transport, IsSecure) switch
    {
        (null, false) => [StunUriTransport.Udp, StunUriTransport.Tcp],
        (null, true) => [StunUriTransport.Tls, StunUriTransport.Dtls],
        ("udp", false) => [StunUriTransport.Udp],
        ("udp", true) => [StunUriTransport.Dtls],
        ("tcp", false) => [StunUriTransport.Tcp],
        ("tcp", true) => [StunUriTransport.Tls],
        _ => [],
    };

    /// <summary>Reads a URI.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is not a STUN or TURN URI; the message says why.</exception>
    public static StunUri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(text, out string fault) ?? throw new FormatException($"'{text}' is not a STUN or TURN URI: {fault}.");
    }

    /// <summary>Reads a URI.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out StunUri? uri)
    {
        uri = text is null ? null : Read(text, out _);
        return uri is not null;
    }

    /// <summary>The URI in its normal form.</summary>
    public override string ToString()
    {
        string host = HostAddress switch
        {
            null => Uri.EscapeDataString(Host),
            { Family: IpFamily.IPv6 } => $"[{Host}]",
            _ => Host,
        };
        string port = Port is { } given ? string.Create(CultureInfo.InvariantCulture, $":{given}") : string.Empty;
        string transport = Transport is null ? string.Empty : $"?transport={Transport}";
        return $"{SchemeText(Scheme)}:{host}{port}{transport}";
    }

    private static StunUri? Read(string text, out string fault)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !TryReadScheme(text.AsSpan(0, colon), out StunUriScheme scheme))
        {
            fault = "it must start with stun:, stuns:, turn: or turns:";
            return null;
        }

        ReadOnlySpan<char> rest = text.AsSpan(colon + 1);
        string? transport = null;
        int question = rest.IndexOf('?');
        if (question >= 0)
        {
            if (scheme is StunUriScheme.Stun or StunUriScheme.Stuns || !TryReadTransport(rest[(question + 1)..], out transport))
            {
                fault = "only TURN URIs have a query, and it is '?transport=' with a value";
                return null;
            }

            rest = rest[..question];
        }

        if (!StunUriHost.TryRead(ref rest, out string host, out IpAddress? address))
        {
            fault = "the host is missing or not a name, IPv4 address or IPv6 address in brackets";
            return null;
        }

        if (!TryReadPort(rest, out ushort? port))
        {
            fault = "behind the host only a port of 1 to 65535 may follow";
            return null;
        }

        fault = string.Empty;
        return new StunUri(scheme, host, address, port, transport);
    }

    private static bool TryReadScheme(ReadOnlySpan<char> text, out StunUriScheme scheme)
    {
        for (scheme = StunUriScheme.Stun; scheme <= StunUriScheme.Turns; scheme++)
        {
            if (text.Equals(SchemeText(scheme), StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryReadTransport(ReadOnlySpan<char> query, [NotNullWhen(true)] out string? transport)
    {
        const string Name = "transport=";
        transport = null;
        if (!query.StartsWith(Name, StringComparison.OrdinalIgnoreCase) || query.Length == Name.Length)
        {
            return false;
        }

        ReadOnlySpan<char> value = query[Name.Length..];
        foreach (char c in value)
        {
            if (!StunUriHost.IsUnreserved(c))
            {
                return false;
            }
        }

        transport = value.ToString().ToLowerInvariant();
        return true;
    }

    // port = *DIGIT: an empty one equals none, leading zeros are digits like others.
    private static bool TryReadPort(ReadOnlySpan<char> text, out ushort? port)
    {
        port = null;
        if (text.IsEmpty || text is ":")
        {
            return true;
        }

        if (text[0] != ':' || !ushort.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort value) || value == 0)
        {
            return false;
        }

        port = value;
        return true;
    }

    private static string SchemeText(StunUriScheme scheme) => scheme switch
    {
        StunUriScheme.Stun => "stun",
        StunUriScheme.Stuns => "stuns",
        StunUriScheme.Turn => "turn",
        _ => "turns",
    };
}
