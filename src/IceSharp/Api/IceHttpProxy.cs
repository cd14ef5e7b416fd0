namespace IceSharp;

/// <summary>An HTTP proxy that opens TCP connections to servers by CONNECT (RFC 9110 §9.3.6), for networks that let nothing else out.</summary>
/// <remarks>Immutable and thread safe. <see cref="ToString"/> hides the password. Serves TCP and TLS to servers; UDP and DTLS do not pass it.</remarks>
public sealed record IceHttpProxy
{
    /// <summary>Names a proxy.</summary>
    /// <param name="host">DNS name or address of the proxy.</param>
    /// <param name="port">Its port, 1 to 65535.</param>
    /// <exception cref="ArgumentException"><paramref name="host"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="port"/> lies outside its range.</exception>
    public IceHttpProxy(string host, int port)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        Host = host;
        Port = port;
    }

    /// <summary>DNS name or address.</summary>
    public string Host { get; }

    /// <summary>Port, 1 to 65535.</summary>
    public int Port { get; }

    /// <summary>User for Basic authentication (RFC 7617), without a colon; null, the default, sends no credentials.</summary>
    /// <exception cref="ArgumentException">The value has a colon.</exception>
    public string? Username
    {
        get;
        init => field = value?.Contains(':', StringComparison.Ordinal) == true
            ? throw new ArgumentException("A user name of Basic authentication has no colon.", nameof(Username))
            : value;
    }

    /// <summary>Password for Basic authentication; it crosses the network to the proxy readable. Null counts as empty.</summary>
    public string? Password { get; init; }

    /// <summary>"http://proxy.example.org:8080", without credentials.</summary>
    public override string ToString() => $"http://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";
}
