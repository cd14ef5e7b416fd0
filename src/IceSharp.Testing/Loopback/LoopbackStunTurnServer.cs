using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A STUN and TURN server on real UDP sockets of this machine's loopback addresses, for samples and tests that need nothing installed.</summary>
/// <remarks>
/// A test server: it listens on 127.0.0.1 and ::1 only (and 127.0.0.2 where it offers behaviour discovery), relays only between loopback addresses, and is not made for load or attackers.
/// Production wants a real TURN server. It runs on one background thread that sleeps in the kernel until something arrives; its members
/// are safe to call from any thread.
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

    private LoopbackStunTurnServer(StunTurnServerMachine machine, LoopbackLoop loop, IReadOnlyList<LoopbackSocket> listeners)
    {
        _machine = machine;
        _loop = loop;
        Endpoint = SocketAddressCodec.ToEndPoint(listeners[0].LocalAddress);
        EndpointV6 = listeners.FirstOrDefault(l => l.LocalAddress.Family == IpFamily.IPv6) is { } v6 ? SocketAddressCodec.ToEndPoint(v6.LocalAddress) : null;
    }

    /// <summary>Where it listens on 127.0.0.1, over UDP.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Where it listens on ::1, over UDP; null where the system has no IPv6, or where that is switched off.</summary>
    public IPEndPoint? EndpointV6 { get; }

    /// <summary>The server as a STUN URI (RFC 7064), for example "stun:127.0.0.1:49321".</summary>
    public string StunUri => $"stun:{Endpoint}";

    /// <summary>The server as a TURN URI (RFC 7065), for example "turn:127.0.0.1:49321?transport=udp".</summary>
    public string TurnUri => $"turn:{Endpoint}?transport=udp";

    /// <summary>Starts a server; it is reachable when the task has ended.</summary>
    /// <param name="options">Settings; null offers Binding only, on a free port.</param>
    /// <param name="cancellationToken">Looked at before anything is opened.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    /// <exception cref="ArgumentException">The options contradict themselves.</exception>
    public static Task<LoopbackStunTurnServer> StartAsync(LoopbackServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LoopbackServerOptions settings = options ?? new LoopbackServerOptions();
        StunTurnServerMachine machine = new(settings.ToServerOptions(), new SystemRandomSource());
        List<LoopbackSocket> listeners = [];
        try
        {
            listeners.Add(LoopbackSocket.Bind(new TransportAddress(IpAddress.LoopbackV4, settings.Port)));
            if (settings.Server.OffersBehaviorDiscovery)
            {
                AddAlternates(listeners);
            }

            if (settings.UseIPv6 && TryBindV6(listeners[0].LocalAddress.Port, settings.Port == 0) is { } v6)
            {
                listeners.Add(v6);
            }

            LoopbackLoop loop = new(machine, listeners);
            LoopbackStunTurnServer server = new(machine, loop, listeners);
            loop.Start();
            return Task.FromResult(server);
        }
        catch
        {
            listeners.ForEach(l => l.Dispose());
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

    // RFC 5780 §6: two addresses that listen on the same two ports.
    private static void AddAlternates(List<LoopbackSocket> listeners)
    {
        IpAddress second = IpAddress.Parse("127.0.0.2");
        TransportAddress first = listeners[0].LocalAddress;
        listeners.Add(LoopbackSocket.Bind(first with { Port = 0 }));
        TransportAddress alternate = listeners[1].LocalAddress;
        listeners.Add(LoopbackSocket.Bind(first with { Address = second }));
        listeners.Add(LoopbackSocket.Bind(alternate with { Address = second }));
    }

    private static LoopbackSocket? TryBindV6(ushort port, bool anyPort)
    {
        if (!Socket.OSSupportsIPv6)
        {
            return null;
        }

        foreach (ushort candidate in anyPort ? new ushort[] { port, 0 } : [port])
        {
            try
            {
                return LoopbackSocket.Bind(new TransportAddress(IpAddress.LoopbackV6, candidate));
            }
            catch (SocketException)
            {
                // Taken, or no ::1 on this machine: IPv4 alone is a good server too.
            }
        }

        return null;
    }

    private sealed class SystemRandomSource : IRandomSource
    {
        public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
    }
}
