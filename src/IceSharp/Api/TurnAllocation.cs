using System.Net;
using IceSharp.Internal.Buffers;
using IceSharp.Internal.Diagnostics;
using IceSharp.Internal.Driver;
using IceSharp.Internal.Network.Dns;
using IceSharp.Internal.Routing;
using IceSharp.Internal.Turn;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;
using Microsoft.Extensions.Logging;

namespace IceSharp;

/// <summary>A relayed address on a TURN server, as a socket: what is sent here leaves the server from that address, what arrives there comes out here.</summary>
/// <remarks>
/// Thread safe; one receive call at a time. Permissions and channels are asked for with the first datagram to a peer and kept alive with the allocation.
/// Sending and receiving over UDP allocate nothing in the steady state. Disposing releases the address.
/// </remarks>
public sealed class TurnAllocation : IAsyncDisposable, ITurnWatcher
{
    private readonly TurnClient _client;
    private readonly TurnDriver _driver;
    private readonly ReceiveQueue _queue;
    private readonly NotificationQueue _notifications;
    private readonly ILogger _logger;
    private volatile TurnDatagramReceiver? _receiver;
    private long _datagramsSent;
    private long _bytesSent;
    private long _datagramsReceived;
    private long _bytesReceived;

    internal TurnAllocation(TurnClient client, TurnDriver driver, TurnClientOptions options, IceReport report)
    {
        _client = client;
        _driver = driver;
        _logger = options.LoggerFactory.CreateLogger("IceSharp.Turn");
        _queue = new ReceiveQueue(options.ReceiveQueueCapacity);
        _notifications = new NotificationQueue(_logger);
        Report = report;
        driver.Watch(this);
        if (driver.Sender.EndReason is { } over)
        {
            _queue.End(over);
        }
    }

    /// <summary>A datagram did not reach a peer, as far as the network told the server.</summary>
    public event EventHandler<TurnPeerUnreachable>? PeerUnreachable;

    /// <summary>The server had lost the allocation and has given a new one, with another address; permissions and channels of the peers are being asked for again.</summary>
    public event EventHandler<TurnReallocation>? Reallocated;

    /// <summary>Bytes that <see cref="TrySendInPlace"/> wants before a payload: 48.</summary>
    public static int Headroom { get; } = SendIndication.GetOverhead(IpFamily.IPv6);

    /// <summary>Bytes that <see cref="TrySendInPlace"/> wants behind a payload: 7.</summary>
    public static int Tailroom => RelayWriter.TrailBytes + 3;

    /// <summary>The address that peers see and send to.</summary>
    public IPEndPoint RelayedAddress => RelayedAddresses[0];

    /// <summary>All relayed addresses: one, or for both families two, IPv4 first. Peers are sent to from the address of their family.</summary>
    public IReadOnlyList<IPEndPoint> RelayedAddresses => _driver.Addresses!.Relayed;

    /// <summary>The token of the port that the server reserved beside this one, which it holds for 30 s; null when none was asked for.</summary>
    public TurnReservationToken? ReservationToken => _driver.Addresses!.Reservation;

    /// <summary>This client as the server sees it; null when the server did not tell.</summary>
    public IPEndPoint? MappedAddress => _driver.Addresses!.Mapped;

    /// <summary>The address that packets to the server leave from; unspecified where the system has not said.</summary>
    public IPEndPoint LocalAddress => _driver.Addresses!.Local;

    /// <summary>The server.</summary>
    public IPEndPoint Server => _driver.Setup.Place.EndPoint;

    /// <summary>How the server is reached.</summary>
    public StunUriTransport Transport => _driver.Setup.Place.Transport;

    /// <summary>The lifetime that the server granted last; it is refreshed in time.</summary>
    public TimeSpan Lifetime => _driver.Lifetime;

    /// <summary>Round trip time to the server; null while every request had to be repeated.</summary>
    public TimeSpan? RoundTripTime => _driver.RoundTripTime;

    /// <summary>What was tried on the way to this allocation.</summary>
    public IceReport Report { get; }

    /// <summary>Completes when the allocation is over, with the reason: it was lost, or disposed of.</summary>
    public Task<TurnException> Ended => EndedAsync();

    /// <summary>The counters now.</summary>
    public IceConnectionStatistics Statistics => new()
    {
        DatagramsSent = Volatile.Read(ref _datagramsSent),
        BytesSent = Volatile.Read(ref _bytesSent),
        DatagramsReceived = Volatile.Read(ref _datagramsReceived),
        BytesReceived = Volatile.Read(ref _bytesReceived),
        DatagramsOverflowed = _queue.Overflows,
        DatagramsTooLong = _queue.TooLong,
    };

    /// <summary>Asks the server to let a peer through, in both directions. Sending does that by itself; a peer that is to speak first needs it.</summary>
    /// <param name="peer">The peer; the permission is for all ports of its address, a channel for this one.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ArgumentException"><paramref name="peer"/> has no port.</exception>
    /// <exception cref="TurnException">The server refuses the peer, or the allocation is over.</exception>
    public Task PermitAsync(IPEndPoint peer, CancellationToken cancellationToken = default) => _driver.Sender.PermitAsync(AddressOf(peer), cancellationToken);

    /// <summary>Sends one datagram at once, without waiting and without allocation.</summary>
    /// <param name="datagram">Its bytes; not kept.</param>
    /// <param name="peer">Where to.</param>
    /// <returns>
    /// <see cref="IceSendResult.Sent"/>, or why not. <see cref="IceSendResult.NoRoute"/>: the server is being asked to let the peer through, send again soon;
    /// <see cref="IceSendResult.Unreachable"/>: it said no.
    /// </returns>
    public IceSendResult TrySendTo(ReadOnlySpan<byte> datagram, TransportAddress peer) =>
        Count(_driver.Sender.TrySend(datagram, peer with { Address = peer.Address.Unmap() }), datagram.Length);

    /// <inheritdoc cref="TrySendTo(ReadOnlySpan{byte}, TransportAddress)"/>
    /// <exception cref="ArgumentException"><paramref name="peer"/> has no port.</exception>
    public IceSendResult TrySendTo(ReadOnlySpan<byte> datagram, IPEndPoint peer) => Count(_driver.Sender.TrySend(datagram, AddressOf(peer)), datagram.Length);

    /// <summary>Sends one datagram that stands in a buffer with room around it, so that nothing is copied: the relay's header is written into that room.</summary>
    /// <param name="buffer">The payload with at least <see cref="Headroom"/> bytes before and <see cref="Tailroom"/> behind it; the room is overwritten.</param>
    /// <param name="offset">Where the payload begins.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="peer">Where to.</param>
    /// <returns>As <see cref="TrySendTo(ReadOnlySpan{byte}, TransportAddress)"/>.</returns>
    /// <exception cref="ArgumentException">There is not enough room around the payload.</exception>
    public IceSendResult TrySendInPlace(Span<byte> buffer, int offset, int length, TransportAddress peer)
    {
        if (offset < Headroom || length < 0 || buffer.Length - Tailroom - offset < length)
        {
            throw new ArgumentException($"A payload of {length} bytes at {offset} in {buffer.Length} bytes has not {Headroom} bytes before and {Tailroom} behind it.", nameof(buffer));
        }

        return Count(_driver.Sender.TrySendInPlace(buffer, offset, length, peer with { Address = peer.Address.Unmap() }), length);
    }

    /// <summary>Sends one datagram, waiting until the server lets the peer through and while the way to it is full.</summary>
    /// <param name="datagram">Its bytes; the caller's again when the task completes.</param>
    /// <param name="peer">Where to.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ArgumentException"><paramref name="peer"/> has no port.</exception>
    /// <exception cref="TurnException">The server refuses the peer, the datagram is too long, the network refuses, or the allocation is over.</exception>
    public ValueTask SendToAsync(ReadOnlyMemory<byte> datagram, IPEndPoint peer, CancellationToken cancellationToken = default)
    {
        TransportAddress address = AddressOf(peer);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        IceSendResult result = TrySendTo(datagram.Span, address);
        return result == IceSendResult.Sent ? ValueTask.CompletedTask : SendSlowlyAsync(datagram, address, result, cancellationToken);
    }

    /// <summary>Receives the next datagram, waiting for it.</summary>
    /// <param name="buffer">Where its bytes go; the caller's again when the task completes. A datagram that does not fit is dropped and counted.</param>
    /// <param name="cancellationToken">Gives up waiting; no datagram is lost by that.</param>
    /// <exception cref="TurnException">The allocation is over.</exception>
    /// <exception cref="InvalidOperationException">Another receive call is pending, or a receiver is set.</exception>
    public ValueTask<TurnReceiveResult> ReceiveFromAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfPushing();
        return _queue.ReceiveFromAsync(buffer, cancellationToken);
    }

    /// <summary>Receives a datagram if one waits.</summary>
    /// <param name="buffer">Where its bytes go. A datagram that does not fit is dropped and counted.</param>
    /// <param name="received">Its length and sender.</param>
    /// <exception cref="InvalidOperationException">A receive call is pending, or a receiver is set.</exception>
    public bool TryReceiveFrom(Span<byte> buffer, out TurnReceiveResult received)
    {
        ThrowIfPushing();
        bool any = _queue.TryReceiveFrom(buffer, out int length, out TransportAddress peer);
        received = new TurnReceiveResult(length, peer);
        return any;
    }

    /// <summary>Has datagrams handed to a callback as they arrive, on the loop's thread, instead of queued; those that wait come first.</summary>
    /// <param name="receiver">The callback, or null to queue again. It takes effect soon after the call returns.</param>
    /// <exception cref="InvalidOperationException">A receive call is pending.</exception>
    public void SetReceiver(TurnDatagramReceiver? receiver)
    {
        _queue.CheckIdle();
        _driver.Post((_, _) => ChangeReceiver(receiver));
    }

    /// <summary>Connects to a peer over TCP through the server (RFC 6062).</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException"><paramref name="peer"/> has no port.</exception>
    /// <exception cref="TurnException">The server cannot reach the peer or forbids it, the allocation is none for TCP, or it is over.</exception>
    public Task<TurnPeerStream> ConnectAsync(IPEndPoint peer, CancellationToken cancellationToken = default) => _driver.Streams.ConnectAsync(AddressOf(peer), cancellationToken);

    /// <summary>Takes the next TCP connection that a permitted peer makes to the relayed address (RFC 6062). One that nobody takes within 30 s is turned away by the server.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="TurnException">The allocation is over.</exception>
    public Task<TurnPeerStream> AcceptAsync(CancellationToken cancellationToken = default) => _driver.Streams.AcceptAsync(cancellationToken);

    /// <summary>Moves the allocation to this client's present address, after the one before is gone: relayed addresses, permissions and channels stay (RFC 8016).</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="TurnException">The server has no mobility or refuses, or <see cref="TurnAllocationOptions.UsesMobility"/> was not set. The allocation is used as before.</exception>
    public Task MoveAsync(CancellationToken cancellationToken = default) => _driver.MoveAsync(cancellationToken);

    /// <summary>Releases the relayed address. Pending calls end with <see cref="IceError.ClientClosed"/>. Takes at most <see cref="TurnClientOptions.CloseTimeout"/> and a little.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.End(TurnFaults.ClientClosed());
        await _driver.CloseAsync().ConfigureAwait(false);
        _client.Forget(this);
    }

    /// <summary>"203.0.113.1:50000 by Tls 192.0.2.1:5349".</summary>
    public override string ToString() => $"{RelayedAddress} by {_driver.Setup.Place}";

    void ITurnWatcher.HandleData(ReadOnlySpan<byte> datagram, TransportAddress peer)
    {
        _datagramsReceived++;
        _bytesReceived += datagram.Length;
        if (_receiver is { } receiver)
        {
            Push(receiver, datagram, peer);
        }
        else
        {
            _queue.Put(datagram, peer);
        }
    }

    void ITurnWatcher.HandlePeerUnreachable(in TurnEvent fact)
    {
        if (PeerUnreachable is { } handler && fact.Icmp is { } icmp)
        {
            var told = new TurnPeerUnreachable(NameServerList.ToEndPoint(new TransportAddress(fact.Peer, fact.PeerPort)), icmp);
            _notifications.Post(() => handler(this, told));
        }
    }

    void ITurnWatcher.HandleReallocated(TurnReallocation change)
    {
        if (Reallocated is { } handler)
        {
            _notifications.Post(() => handler(this, change));
        }
    }

    void ITurnWatcher.HandleEnded(TurnException reason) => _queue.End(reason);

    private async Task<TurnException> EndedAsync()
    {
        await _driver.Closed.ConfigureAwait(false);
        return _driver.Sender.EndReason!;
    }

    private IceSendResult Count(IceSendResult result, int bytes)
    {
        if (result == IceSendResult.Sent)
        {
            Interlocked.Increment(ref _datagramsSent);
            Interlocked.Add(ref _bytesSent, bytes);
        }

        return result;
    }

    private async ValueTask SendSlowlyAsync(ReadOnlyMemory<byte> datagram, TransportAddress peer, IceSendResult result, CancellationToken cancellationToken)
    {
        // A refused peer is asked for once more: its refusal may be long ago.
        for (bool mayAskAgain = true; result != IceSendResult.Sent; result = TrySendTo(datagram.Span, peer))
        {
            if (result == IceSendResult.NoRoute || (result == IceSendResult.Unreachable && mayAskAgain))
            {
                mayAskAgain = result == IceSendResult.NoRoute && mayAskAgain;
                await _driver.Sender.PermitAsync(peer, cancellationToken).ConfigureAwait(false);
            }
            else if (result == IceSendResult.WouldBlock)
            {
                await _driver.Sender.WaitWritableAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                throw ToException(result, datagram.Length);
            }
        }
    }

    private TurnException ToException(IceSendResult result, int length) => result switch
    {
        IceSendResult.TooLong => new TurnException(IceError.MessageTooLong, $"A datagram of {length} bytes is too long for the way to the server."),
        IceSendResult.Closed => _driver.Sender.EndReason ?? TurnFaults.ClientClosed(),
        _ => new TurnException(IceError.NetworkUnreachable, $"The network refused a datagram: {result}."),
    };

    private void ChangeReceiver(TurnDatagramReceiver? receiver)
    {
        if (receiver is not null)
        {
            byte[] buffer = new byte[65_536];
            while (_queue.TryDrain(buffer, out int length, out TransportAddress peer))
            {
                Push(receiver, buffer.AsSpan(0, length), peer);
            }
        }

        _receiver = receiver;
    }

    private void Push(TurnDatagramReceiver receiver, ReadOnlySpan<byte> datagram, TransportAddress peer)
    {
        try
        {
            receiver(this, datagram, peer);
        }
        catch (Exception e)
        {
            Log.ReceiverThrew(_logger, e);
        }
    }

    private void ThrowIfPushing()
    {
        if (_receiver is not null)
        {
            throw new InvalidOperationException("The allocation has a receiver: set it to null to receive by call.");
        }
    }

    private static TransportAddress AddressOf(IPEndPoint peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (peer.Port == 0)
        {
            throw new ArgumentException($"'{peer}' has no port.", nameof(peer));
        }

        TransportAddress address = NameServerList.ToTransportAddress(peer);
        return address with { Address = address.Address.Unmap() };
    }
}
