using IceSharp.Internal.Driver;
using IceSharp.Internal.Network;
using IceSharp.Internal.Turn;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Turn;

namespace IceSharp;

/// <summary>Allocates relayed addresses on TURN servers, over UDP, TCP and TLS (RFC 8656).</summary>
/// <remarks>
/// Thread safe. Servers, transports and addresses of both families are tried side by side, each a little after the one before it,
/// and the first that allocates wins; what else allocates is given back. All allocations of a client share one thread.
/// </remarks>
/// <example><code>
/// await using var client = new TurnClient();
/// await using TurnAllocation relay = await client.AllocateAsync(IceServer.Turn("turn:turn.example.org", "user", "password"), cancellationToken: ct);
/// await relay.SendToAsync(datagram, peer, ct);
/// TurnReceiveResult received = await relay.ReceiveFromAsync(buffer, ct);
/// </code></example>
public sealed class TurnClient : IAsyncDisposable
{
    private readonly TurnClientOptions _options;
    private readonly INameResolver _resolver;
    private readonly IIceNetwork _network;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<TurnAllocation> _allocations = [];
    private readonly TurnServerMemory _memory = new();
    private LoopLease? _lease;
    private Task? _disposal;

    /// <summary>Creates a client; nothing is opened yet.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option lies outside its range.</exception>
    public TurnClient(TurnClientOptions? options = null)
    {
        _options = options ?? new TurnClientOptions();
        _options.Validate();
        _resolver = _options.NameResolver ?? new SystemNameResolver();
        _network = _options.Network ?? new SystemNetwork(_options.UsePortableSockets, _options.SocketReceiveBufferBytes, _options.SocketSendBufferBytes);
    }

    /// <summary>Allocates on one server.</summary>
    /// <param name="server">A TURN server with its credentials.</param>
    /// <param name="options">What to ask for; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException"><paramref name="server"/> is no TURN server, or options exclude each other.</exception>
    /// <exception cref="TurnException">There is no allocation; the report lists what was tried.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was set.</exception>
    public Task<TurnAllocation> AllocateAsync(IceServer server, TurnAllocationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(server);
        return AllocateAsync([server], options, cancellationToken);
    }

    /// <summary>Allocates on one of several servers: the first that answers, where each has a little less time than the one before it.</summary>
    /// <param name="servers">TURN servers with their credentials, the preferred first.</param>
    /// <param name="options">What to ask for; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException"><paramref name="servers"/> is empty or holds one that is no TURN server, or options exclude each other.</exception>
    /// <exception cref="TurnException">There is no allocation; the report lists what was tried.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was set.</exception>
    public async Task<TurnAllocation> AllocateAsync(IReadOnlyList<IceServer> servers, TurnAllocationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(servers);
        if (servers.Count == 0 || servers.FirstOrDefault(s => !s.Uri.IsTurn) is not null)
        {
            throw new ArgumentException(servers.Count == 0 ? "There is no server." : $"'{servers.First(s => !s.Uri.IsTurn)}' is no TURN server.", nameof(servers));
        }

        options ??= new TurnAllocationOptions();
        Check(options, servers[0]);
        cancellationToken.ThrowIfCancellationRequested();
        Loop loop = AcquireLoop();
        var quest = new TurnQuest();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            var dialer = new TurnDialer(_options, _network, _resolver, _memory, loop);
            TurnDriver driver = await dialer.DialAsync(servers, options, quest, either.Token).ConfigureAwait(false);
            return await AdoptAsync(driver, quest.Report).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw TurnFaults.ClientClosed().With(quest.Report);
        }
    }

    /// <summary>Releases all allocations and closes all sockets and connections. Pending calls end with <see cref="IceError.ClientClosed"/>. Disposing again waits for the same end.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposal ??= CloseAsync();
            return new ValueTask(_disposal);
        }
    }

    /// <summary>An allocation has ended.</summary>
    internal void Forget(TurnAllocation allocation)
    {
        lock (_gate)
        {
            _allocations.Remove(allocation);
        }
    }

    // What the machine would refuse, before anything is sent.
    private void Check(TurnAllocationOptions options, IceServer server)
    {
        StunLinkKind kind = options.RelayProtocol == TurnRelayProtocol.Tcp ? StunLinkKind.Stream : StunLinkKind.Datagram;
        TurnAllocationSettings settings = options.ToSettings(_options, kind, server.Uri.IsSecure);
        using var trial = new TurnAllocationMachine(settings, server.ToCredential(), new TransportAddress(IpAddress.LoopbackV4, 1), new SocketHandle(1), new CryptoRandomSource());
    }

    private Loop AcquireLoop()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposal is not null, this);
            _lease ??= LoopGroup.Acquire(_options.TimeProvider, null, _options.UsePortableSockets);
            return _lease.Loop;
        }
    }

    private async Task<TurnAllocation> AdoptAsync(TurnDriver driver, IceReport report)
    {
        TurnAllocation? allocation = null;
        lock (_gate)
        {
            if (_disposal is null)
            {
                allocation = new TurnAllocation(this, driver, _options, report);
                _allocations.Add(allocation);
            }
        }

        if (allocation is null)
        {
            await driver.CloseAsync().ConfigureAwait(false);
            throw TurnFaults.ClientClosed().With(report);
        }

        return allocation;
    }

    private async Task CloseAsync()
    {
        await Task.Yield();
        TurnAllocation[] allocations;
        lock (_gate)
        {
            allocations = [.. _allocations];
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(allocations.Select(a => a.DisposeAsync().AsTask())).ConfigureAwait(false);
        _lease?.Dispose();
        _closing.Dispose();
    }
}
