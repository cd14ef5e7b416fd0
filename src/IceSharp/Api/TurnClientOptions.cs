using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.Protocol.Turn;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IceSharp;

/// <summary>Settings of a <see cref="TurnClient"/>.</summary>
/// <remarks>Immutable and thread safe; checked once, when the client is created. <see cref="ToString"/> shows no secrets.</remarks>
public sealed record TurnClientOptions
{
    /// <summary>The transports to servers, the preferred first. DTLS needs <see cref="Dtls"/> too.</summary>
    /// <value>At least one; the default is UDP, TCP, TLS, DTLS. A URI decides which of them are possible.</value>
    public IReadOnlyList<StunUriTransport> Transports { get; init; } = [StunUriTransport.Udp, StunUriTransport.Tcp, StunUriTransport.Tls, StunUriTransport.Dtls];

    /// <summary>Retransmission over UDP and DTLS.</summary>
    public StunRetransmissionSettings Retransmission { get; init; } = new();

    /// <summary>How long connecting may take, proxy and TLS handshake included.</summary>
    /// <value>More than zero, up to 2 min; the default is 10 s.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one server, transport and address may take from the first packet to the relayed address.</summary>
    /// <value>More than zero, up to 2 min; the default is 15 s.</value>
    public TimeSpan AllocateTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long after one attempt the next transport, address or server is tried while none has answered (RFC 8305 §5, RFC 8656 §3.9).</summary>
    /// <value>10 ms to 2 s; the default is 250 ms.</value>
    public TimeSpan AttemptDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a message on a stream may take from its first byte to its last before the connection is cut off.</summary>
    /// <value>More than zero, up to 2 min; the default is 10 s.</value>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After this much silence towards the server a Binding indication keeps the NATs on the way from forgetting the 5-tuple.</summary>
    /// <value>1 s to 10 min; <see cref="TimeSpan.Zero"/> sends none; the default is 25 s.</value>
    public TimeSpan KeepaliveInterval { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>How long disposal waits for the server to confirm that the allocation is released.</summary>
    /// <value>0 to 40 s; the default is 1 s.</value>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Text of the SOFTWARE attribute, at most 127 characters; null, the default, leaves it out.</summary>
    public string? Software { get; init; }

    /// <summary>How servers prove who they are over TLS.</summary>
    public IceTlsOptions Tls { get; init; } = new();

    /// <summary>The HTTP proxy that TCP and TLS go through; null, the default, for none.</summary>
    public IceHttpProxy? Proxy { get; init; }

    /// <summary>Makes DTLS associations; null, the default: DTLS cannot be used.</summary>
    public IDtlsTransportFactory? Dtls { get; init; }

    /// <summary>Gets an access token for a server that offers third-party authorization (RFC 7635); it runs on the thread pool and has 30 s. Null as its answer, or an exception, means that there is none.</summary>
    /// <value>The default, null, answers such servers with user and password.</value>
    /// <remarks>Its way to the authorization server has to be encrypted: whoever reads the token's key can use the relay.</remarks>
    public Func<TurnTokenRequest, CancellationToken, ValueTask<TurnAccessToken?>>? FetchAccessToken { get; init; }

    /// <summary>Gets a credential in place of one that a server takes no longer, such as a time-limited one; it runs on the thread pool and has 30 s. Null as its answer, or an exception, means that there is none.</summary>
    /// <value>The default, null, lets the request fail.</value>
    public Func<IceServer, CancellationToken, ValueTask<LongTermCredential?>>? RenewCredential { get; init; }

    /// <summary>Looks names up; null, the default, is a <see cref="SystemNameResolver"/>.</summary>
    public INameResolver? NameResolver { get; init; }

    /// <summary>Datagrams that wait for <see cref="TurnAllocation.ReceiveFromAsync"/>, per allocation; the oldest gives way and is counted.</summary>
    /// <value>1 to 65,536; the default is 256.</value>
    public int ReceiveQueueCapacity { get; init; } = 256;

    /// <summary>Receive buffer asked of the operating system for each UDP socket, in bytes; the system may grant less.</summary>
    /// <value>0 (the system's default) to 64 MiB; the default is 512 KiB.</value>
    public int SocketReceiveBufferBytes { get; init; } = 512 * 1024;

    /// <summary>Send buffer asked of the operating system for each UDP socket, in bytes; the system may grant less.</summary>
    /// <value>0 (the system's default) to 64 MiB; the default is 256 KiB.</value>
    public int SocketSendBufferBytes { get; init; } = 256 * 1024;

    /// <summary>Whether sockets are read by the framework's calls even where faster system calls are known (Linux).</summary>
    /// <value>The default is false.</value>
    public bool UsePortableSockets { get; init; }

    /// <summary>Where the client logs.</summary>
    /// <value>The default logs nothing.</value>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The network under the client.</summary>
    /// <value>The default, null, is the operating system's.</value>
    public IIceNetwork? Network { get; init; }

    /// <summary>"TurnClientOptions": nothing that could be secret.</summary>
    public override string ToString() => nameof(TurnClientOptions);

    /// <exception cref="ArgumentException">A setting lies outside its range or is missing.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Retransmission);
        ArgumentNullException.ThrowIfNull(Tls);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
        if (Transports is not { Count: > 0 } || Transports.Any(t => t is < StunUriTransport.Udp or > StunUriTransport.Dtls))
        {
            throw new ArgumentException($"{nameof(Transports)} names at least one transport and none that does not exist.");
        }

        TimeSpan least = TimeSpan.FromTicks(1), most = TimeSpan.FromMinutes(2);
        ThrowIfOutside(ConnectTimeout, least, most, nameof(ConnectTimeout));
        ThrowIfOutside(AllocateTimeout, least, most, nameof(AllocateTimeout));
        ThrowIfOutside(MessageTimeout, least, most, nameof(MessageTimeout));
        ThrowIfOutside(AttemptDelay, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(2), nameof(AttemptDelay));
        ThrowIfOutside(CloseTimeout, TimeSpan.Zero, TimeSpan.FromSeconds(40), nameof(CloseTimeout));
        ThrowIfOutside(ReceiveQueueCapacity, 1, 65_536, nameof(ReceiveQueueCapacity));
        ThrowIfOutside(SocketReceiveBufferBytes, 0, 64 << 20, nameof(SocketReceiveBufferBytes));
        ThrowIfOutside(SocketSendBufferBytes, 0, 64 << 20, nameof(SocketSendBufferBytes));
        if (KeepaliveInterval != TimeSpan.Zero)
        {
            ThrowIfOutside(KeepaliveInterval, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), nameof(KeepaliveInterval));
        }
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
