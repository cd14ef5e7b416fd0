using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A STUN and TURN server on real UDP and TCP sockets of this machine's loopback addresses, for samples and tests that need nothing installed.</summary>
/// <remarks>
/// A test server: it listens on 127.0.0.1 and ::1 only (and 127.0.0.2 where it offers behaviour discovery), relays only between loopback addresses, and is not made for load or attackers.
/// Production wants a real TURN server. It runs on one background thread that sleeps in the kernel until something arrives; connections are read
/// on the thread pool. Its members are safe to call from any thread.
/// <example>
/// <code>
/// await using var server = await LoopbackStunTurnServer.StartAsync(new LoopbackServerOptions
/// {
///     Users = new Dictionary&lt;string, string&gt; { ["user"] = "password" },
/// });
/// // server.StunUri, server.TurnUri: for an agent's list of servers
/// </code>
/// </example>
/// </remarks>
public sealed class LoopbackStunTurnServer : IAsyncDisposable
{
    private readonly LoopbackLoop _loop;
    private readonly StunTurnServerMachine _machine;

    private LoopbackStunTurnServer(StunTurnServerMachine machine, LoopbackLoop loop, LoopbackListeners listeners)
    {
        _machine = machine;
        _loop = loop;
        Endpoint = SocketAddressCodec.ToEndPoint(listeners.Datagram[0].LocalAddress);
        EndpointV6 = ToEndPoint(listeners.Datagram.FirstOrDefault(l => l.LocalAddress.Family == IpFamily.IPv6)?.LocalAddress);
        TcpEndpoint = ToEndPoint(listeners.Find(ServerTransport.Tcp, IpFamily.IPv4));
        TcpEndpointV6 = ToEndPoint(listeners.Find(ServerTransport.Tcp, IpFamily.IPv6));
        TlsEndpoint = ToEndPoint(listeners.Find(ServerTransport.Tls, IpFamily.IPv4));
        TlsEndpointV6 = ToEndPoint(listeners.Find(ServerTransport.Tls, IpFamily.IPv6));
        Certificate = listeners.Certificate;
    }

    /// <summary>Where it listens on 127.0.0.1, over UDP.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Where it listens on ::1, over UDP; null where the system has no IPv6, or where that is switched off.</summary>
    public IPEndPoint? EndpointV6 { get; }

    /// <summary>Where it listens on 127.0.0.1, over TCP; null where that is switched off.</summary>
    public IPEndPoint? TcpEndpoint { get; }

    /// <summary>Where it listens on ::1, over TCP; null where the system has no IPv6, or where one of both is switched off.</summary>
    public IPEndPoint? TcpEndpointV6 { get; }

    /// <summary>Where it listens on 127.0.0.1, over TLS; null unless <see cref="LoopbackServerOptions.UseTls"/> is set.</summary>
    public IPEndPoint? TlsEndpoint { get; }

    /// <summary>Where it listens on ::1, over TLS; null without IPv6 or TLS.</summary>
    public IPEndPoint? TlsEndpointV6 { get; }

    /// <summary>The certificate of its TLS, for clients to trust; null without TLS.</summary>
    public X509Certificate2? Certificate { get; }

    /// <summary>The server as a STUN URI (RFC 7064), for example "stun:127.0.0.1:49321".</summary>
    public string StunUri => $"stun:{Endpoint}";

    /// <summary>The server as a TURN URI (RFC 7065), for example "turn:127.0.0.1:49321?transport=udp".</summary>
    public string TurnUri => $"turn:{Endpoint}?transport=udp";

    /// <summary>The server over TCP as a TURN URI, for example "turn:127.0.0.1:49321?transport=tcp"; null where that is switched off.</summary>
    public string? TurnTcpUri => TcpEndpoint is null ? null : $"turn:{TcpEndpoint}?transport=tcp";

    /// <summary>The server over TLS as a TURN URI, for example "turns:127.0.0.1:49322?transport=tcp"; null without TLS.</summary>
    public string? TurnsUri => TlsEndpoint is null ? null : $"turns:{TlsEndpoint}?transport=tcp";

    /// <summary>Starts a server; it is reachable when the task has ended.</summary>
    /// <param name="options">Settings; null offers Binding only, on a free port.</param>
    /// <param name="cancellationToken">Looked at before anything is opened.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    /// <exception cref="ArgumentException">The options contradict themselves.</exception>
    public static Task<LoopbackStunTurnServer> StartAsync(LoopbackServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LoopbackServerOptions settings = options ?? new LoopbackServerOptions();
        StunTurnServerMachine machine = new(WithClock(settings.ToServerOptions()), new SystemRandomSource());
        LoopbackListeners? listeners = null;
        try
        {
            listeners = LoopbackListeners.Open(settings);
            LoopbackLoop loop = new(machine, listeners);
            LoopbackStunTurnServer server = new(machine, loop, listeners);
            loop.Start();
            return Task.FromResult(server);
        }
        catch
        {
            listeners?.Dispose();
            machine.Dispose();
            throw;
        }
    }

    /// <summary>Looks at the machine, or switches its faults, on the server's own thread.</summary>
    /// <typeparam name="T">What is looked for.</typeparam>
    /// <param name="query">Must not block.</param>
    /// <returns>What <paramref name="query"/> returned or threw.</returns>
    /// <exception cref="ObjectDisposedException">The server has been disposed of.</exception>
    public Task<T> QueryAsync<T>(Func<StunTurnServerMachine, T> query)
    {
        ArgumentNullException.ThrowIfNull(query);
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool posted = _loop.Post(() =>
        {
            try
            {
                answer.SetResult(query(_machine));
            }
            catch (Exception e)
            {
                answer.SetException(e);
            }
        });
        ObjectDisposedException.ThrowIf(!posted, this);
        return answer.Task;
    }

    /// <summary>Stops the server: when the task has ended its sockets are closed and its thread is gone.</summary>
    public async ValueTask DisposeAsync() => await _loop.StopAsync().ConfigureAwait(false);

    private static StunTurnServerOptions WithClock(StunTurnServerOptions options) =>
        options.ClockOrigin == DateTimeOffset.UnixEpoch ? options with { ClockOrigin = TimeProvider.System.GetUtcNow() } : options;

    private static IPEndPoint? ToEndPoint(TransportAddress? address) => address is { } known ? SocketAddressCodec.ToEndPoint(known) : null;

    private sealed class SystemRandomSource : IRandomSource
    {
        public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
    }
}
