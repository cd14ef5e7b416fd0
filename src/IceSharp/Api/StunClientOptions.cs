using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp;

/// <summary>Settings of a <see cref="StunClient"/>.</summary>
/// <remarks>Immutable and thread safe; checked once, when the client is created. <see cref="ToString"/> shows no secrets.</remarks>
public sealed record StunClientOptions
{
    /// <summary>The transports to use, the preferred first. DTLS needs <see cref="Dtls"/> too.</summary>
    /// <value>At least one; the default is UDP, TCP, TLS, DTLS. A URI's scheme decides which of them are possible.</value>
    public IReadOnlyList<StunUriTransport> Transports { get; init; } = [StunUriTransport.Udp, StunUriTransport.Tcp, StunUriTransport.Tls, StunUriTransport.Dtls];

    /// <summary>Retransmission over UDP and DTLS; its initial timeout is also the floor of what is learnt from round trips.</summary>
    /// <value>The default fails after 39.5 s (RFC 8489 §6.2.1).</value>
    public StunRetransmissionSettings Retransmission { get; init; } = new();

    /// <summary>How long an answer over TCP or TLS is waited for (Ti, RFC 8489 §6.2.2).</summary>
    /// <value>More than zero, up to 10 min; the default is 39.5 s.</value>
    public TimeSpan StreamTimeout { get; init; } = TimeSpan.FromSeconds(39.5);

    /// <summary>How long connecting may take, the TLS handshake included.</summary>
    /// <value>More than zero, up to 2 min; the default is 10 s.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a message on a stream may take from its first byte to its last before the connection is cut off.</summary>
    /// <value>More than zero, up to 2 min; the default is 10 s.</value>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after one address the next of the same server is tried while none has answered (RFC 8305 §5).</summary>
    /// <value>10 ms to 2 s; the default is 250 ms.</value>
    public TimeSpan AttemptDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Short-term credential; null, the default, for none. Not together with <see cref="LongTermCredential"/>.</summary>
    public ShortTermCredential? ShortTermCredential { get; init; }

    /// <summary>Long-term credential, used when the server asks for it; null, the default, for none.</summary>
    public LongTermCredential? LongTermCredential { get; init; }

    /// <summary>Settings of the long-term mechanism.</summary>
    public LongTermSettings LongTerm { get; init; } = new();

    /// <summary>Whether an authenticated redirection to another server is followed (RFC 8489 §10); off by default.</summary>
    public bool FollowAlternateServer { get; init; }

    /// <summary>How often a request is repeated that the server answered with an error of its own (5xx).</summary>
    /// <value>0 to 4; the default is 0.</value>
    public int ServerErrorRetries { get; init; }

    /// <summary>Text of the SOFTWARE attribute, at most 127 characters; null, the default, leaves it out.</summary>
    public string? Software { get; init; }

    /// <summary>Whether messages carry FINGERPRINT; off by default.</summary>
    public bool AddFingerprint { get; init; }

    /// <summary>Whether servers of the RFC 3489 generation are understood; off by default.</summary>
    public bool AcceptRfc3489Servers { get; init; }

    /// <summary>How servers prove who they are over TLS.</summary>
    public IceTlsOptions Tls { get; init; } = new();

    /// <summary>The HTTP proxy that TCP and TLS go through; null, the default, for none.</summary>
    public IceHttpProxy? Proxy { get; init; }

    /// <summary>Makes DTLS associations; null, the default: DTLS cannot be used.</summary>
    public IDtlsTransportFactory? Dtls { get; init; }

    /// <summary>Looks names up; null, the default, is a <see cref="SystemNameResolver"/>.</summary>
    public INameResolver? NameResolver { get; init; }

    /// <summary>Most connections and sockets that are kept open; the one that was not used for longest gives way.</summary>
    /// <value>1 to 10000; the default is 64.</value>
    public int MaxConnections { get; init; } = 64;

    /// <summary>The clock.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>"StunClientOptions": nothing that could be secret.</summary>
    public override string ToString() => nameof(StunClientOptions);

    /// <exception cref="ArgumentException">A setting lies outside its range or is missing.</exception>
    internal StunClientSettings Validate()
    {
        ArgumentNullException.ThrowIfNull(Retransmission);
        ArgumentNullException.ThrowIfNull(LongTerm);
        ArgumentNullException.ThrowIfNull(Tls);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        if (Transports is not { Count: > 0 } || Transports.Any(t => t is < StunUriTransport.Udp or > StunUriTransport.Dtls))
        {
            throw new ArgumentException($"{nameof(Transports)} names at least one transport and none that does not exist.");
        }

        ThrowIfOutside(ConnectTimeout, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(2), nameof(ConnectTimeout));
        ThrowIfOutside(MessageTimeout, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(2), nameof(MessageTimeout));
        ThrowIfOutside(AttemptDelay, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(2), nameof(AttemptDelay));
        ThrowIfOutside(MaxConnections, 1, 10_000, nameof(MaxConnections));
        if (ShortTermCredential is not null && LongTermCredential is not null)
        {
            throw new ArgumentException($"{nameof(ShortTermCredential)} and {nameof(LongTermCredential)} exclude each other.");
        }

        return new StunClientSettings
        {
            Retransmission = Retransmission,
            StreamTimeout = StreamTimeout,
            ServerErrorRetries = ServerErrorRetries,
            ShortTermCredential = ShortTermCredential,
            LongTermCredential = LongTermCredential,
            LongTerm = LongTerm,
            FollowAlternateServer = FollowAlternateServer,
            Software = Software,
            AddFingerprint = AddFingerprint,
            AcceptRfc3489Servers = AcceptRfc3489Servers,
        };
    }

    private static void ThrowIfOutside<T>(T value, T least, T most, string name)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} lies between {least} and {most}.");
        }
    }
}
