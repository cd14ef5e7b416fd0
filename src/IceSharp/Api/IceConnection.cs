using IceSharp.Internal.Buffers;
using IceSharp.Internal.Diagnostics;
using IceSharp.Internal.Driver;
using IceSharp.Internal.Routing;
using IceSharp.Protocol;
using Microsoft.Extensions.Logging;

namespace IceSharp;

/// <summary>Datagrams to and from the peer over whatever candidate pair works best. It lives as long as its agent; pairs change under it.</summary>
/// <remarks>
/// Thread safe; one receive call at a time. Sending and receiving allocate nothing in the steady state.
/// <example><code>
/// IceConnection rtp = await audio.Rtp.ConnectAsync(ct);
/// rtp.TrySend(packet);
/// int n = await rtp.ReceiveAsync(buffer, ct);
/// </code></example>
/// </remarks>
public sealed class IceConnection
{
    private readonly ReceiveQueue _queue;
    private readonly ILogger _logger;
    private readonly SentTraffics _sent = new();
    private readonly Milestone<IceCandidatePairInfo> _ready;
    private readonly Milestone<IceCandidatePairInfo> _completed;
    private volatile ActiveRoute? _route;
    private volatile IceDatagramReceiver? _receiver;
    private volatile bool _closed;
    private volatile IceException? _closeReason;
    private volatile bool _consentLost;
    private LoopClock? _clock;
    private Action<Action>? _post;
    private Action<int>? _mark;
    private int _dscp;
    private long _lastSent;
    private long _datagramsReceived;
    private long _bytesReceived;

    internal IceConnection(
        IceComponent component, int queueCapacity, ILogger logger, TaskCreationOptions continuations = TaskCreationOptions.RunContinuationsAsynchronously)
    {
        _ready = new Milestone<IceCandidatePairInfo>(continuations);
        _completed = new Milestone<IceCandidatePairInfo>(continuations);
        Component = component;
        _queue = new ReceiveQueue(queueCapacity, continuesElsewhere: continuations != TaskCreationOptions.None);
        _logger = logger;
    }

    /// <summary>The component this is the connection of.</summary>
    public IceComponent Component { get; }

    /// <summary>The pair that carries data now; null when none does.</summary>
    public IceCandidatePairInfo? SelectedPair => _route?.Published.Route.Pair;

    /// <summary>Completes with the first nominated pair. Data may flow before; a nomination makes the choice final for this generation.</summary>
    /// <value>Fails with <see cref="IceException"/> when no pair works or the agent is closed before.</value>
    public Task<IceCandidatePairInfo> Completed => _completed.Task;

    /// <summary>Differentiated services code point of everything that leaves the component's sockets: data, and the checks that test the way for it (RFC 8445 §7.2.3).</summary>
    /// <value>0 to 63; the default is 0, best effort. 46 is usual for voice. Best set before gathering; it takes effect soon after.</value>
    /// <remarks>
    /// The mark belongs to sockets (IP_TOS, IPV6_TCLASS): what the component exchanges with STUN and TURN servers carries it too, and behind a relay
    /// the server decides about the rest of the way. Where the system refuses, a line is logged and nothing is marked; on Windows policies decide.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside 0 to 63.</exception>
    public int Dscp
    {
        get => Volatile.Read(ref _dscp);
        set
        {
            if (value is < 0 or > 63)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "A DSCP lies between 0 and 63.");
            }

            Volatile.Write(ref _dscp, value);
            _mark?.Invoke(value);
        }
    }

    /// <summary>The counters now.</summary>
    public IceConnectionStatistics Statistics => new()
    {
        DatagramsSent = _sent.Datagrams,
        BytesSent = _sent.Bytes,
        DatagramsReceived = Volatile.Read(ref _datagramsReceived),
        BytesReceived = Volatile.Read(ref _bytesReceived),
        DatagramsOverflowed = _queue.Overflows,
        DatagramsTooLong = _queue.TooLong,
    };

    /// <summary>Completes when a valid pair carries data.</summary>
    internal Task Ready => _ready.Task;

    /// <summary>When data was last sent, on the loop's clock.</summary>
    internal MonotonicTime LastSent => new(Volatile.Read(ref _lastSent));

    /// <summary>Sends one datagram at once, without waiting and without allocation.</summary>
    /// <param name="datagram">Its bytes, 0 to 65,507 less the wrapping of a relay; not kept.</param>
    /// <returns><see cref="IceSendResult.Sent"/>, or why not. Nothing is queued: what was not sent is the caller's to repeat.</returns>
    public IceSendResult TrySend(ReadOnlySpan<byte> datagram)
    {
        ActiveRoute? route = _route;
        if (route is null)
        {
            return _closed ? IceSendResult.Closed : _consentLost ? IceSendResult.ConsentLost : IceSendResult.NoRoute;
        }

        IceSendResult result = route.Published.Send(datagram);
        if (result == IceSendResult.Sent)
        {
            Volatile.Write(ref _lastSent, _clock!.Now.Ticks);
            route.Sent.Count(datagram.Length);
        }

        return result;
    }

    /// <summary>Sends one datagram, waiting while the socket's send buffer is full.</summary>
    /// <param name="datagram">Its bytes; the caller's again when the task completes.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="IceException">There is no valid pair now, the peer's consent is lost, the datagram is too long, the network refuses, or the agent is closed.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        IceSendResult result = TrySend(datagram.Span);
        return result == IceSendResult.Sent ? ValueTask.CompletedTask : SendSlowlyAsync(datagram, result, cancellationToken);
    }

    /// <summary>Receives the next datagram, waiting for it.</summary>
    /// <param name="buffer">Where its bytes go; the caller's again when the task completes. A datagram that does not fit is dropped and counted.</param>
    /// <param name="cancellationToken">Gives up waiting; no datagram is lost by that.</param>
    /// <returns>Number of bytes; 0 for an empty datagram.</returns>
    /// <exception cref="IceException">The agent is closed.</exception>
    /// <exception cref="InvalidOperationException">Another receive call is pending, or a receiver is set.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfPushing();
        return _queue.ReceiveAsync(buffer, cancellationToken);
    }

    /// <summary>Receives a datagram if one waits.</summary>
    /// <param name="buffer">Where its bytes go. A datagram that does not fit is dropped and counted.</param>
    /// <param name="length">Number of bytes.</param>
    /// <exception cref="InvalidOperationException">A receive call is pending, or a receiver is set.</exception>
    public bool TryReceive(Span<byte> buffer, out int length)
    {
        ThrowIfPushing();
        return _queue.TryReceive(buffer, out length);
    }

    /// <summary>Has datagrams handed to a callback as they arrive, on the loop's thread, instead of queued; those that wait come first.</summary>
    /// <param name="receiver">The callback, or null to queue again. It takes effect soon after the call returns.</param>
    /// <exception cref="InvalidOperationException">A receive call is pending.</exception>
    public void SetReceiver(IceDatagramReceiver? receiver)
    {
        _queue.CheckIdle();
        if (_post is { } post)
        {
            post(() => ChangeReceiver(receiver));
        }
        else
        {
            _receiver = receiver;
        }
    }

    /// <summary>Ends sending, because the peer has closed the connection by an authenticated message of a protocol above, for example a DTLS alert (RFC 7675 §5.2). An ICE restart begins it anew.</summary>
    /// <exception cref="ObjectDisposedException">The agent is disposed.</exception>
    public void RevokeConsent() => Component.RevokeConsent();

    /// <summary>"audio/1".</summary>
    public override string ToString() => Component.ToString();

    /// <summary>Connects with the loop; before any datagram.</summary>
    internal void Attach(LoopClock clock, Action<Action> post, Action<int> mark)
    {
        _clock = clock;
        _post = post;
        _mark = mark;
        if (Dscp != 0)
        {
            mark(Dscp);
        }
    }

    /// <summary>Takes a datagram of the peer. On the loop.</summary>
    internal void Deliver(ReadOnlySpan<byte> datagram)
    {
        _datagramsReceived++;
        _bytesReceived += datagram.Length;
        if (_receiver is { } receiver)
        {
            Push(receiver, datagram);
        }
        else
        {
            _queue.Put(datagram);
        }
    }

    /// <summary>Sends another way from now on. On the loop.</summary>
    internal void Publish(PublishedRoute? route)
    {
        if (_closed)
        {
            return;
        }

        _route = route is null ? null : new ActiveRoute(route, _sent.For(route.Route.Pair));
        if (route is not null)
        {
            _consentLost = false;
            _ready.Reach(route.Route.Pair);
        }

        // Closing goes on without the loop: it must not find a route set behind its back.
        if (_closed)
        {
            _route = null;
        }
    }

    /// <summary>What was sent over a pair; null when nothing was.</summary>
    internal SentTraffic? SentOver(IceCandidatePairInfo pair) => _sent.Find(pair);

    /// <summary>The peer's consent is gone; a route that comes later brings it back. On the loop.</summary>
    internal void LoseConsent()
    {
        _consentLost = true;
        _route = null;
    }

    internal void Complete(IceCandidatePairInfo pair) => _completed.Reach(pair);

    /// <summary>Connecting has failed; a pair that works later is still taken.</summary>
    internal void FailConnect(IceException reason)
    {
        if (_route is null)
        {
            // Whoever waited for the connection finds Completed ended too.
            _completed.GiveUp(reason);
            _ready.GiveUp(reason);
        }
    }

    /// <summary>Ends every pending call. Thread safe.</summary>
    internal void Close(IceException reason)
    {
        _closeReason ??= reason;
        _closed = true;
        _route = null;
        _queue.End(reason);
        _completed.GiveUp(reason);
        _ready.GiveUp(reason);
    }

    private async ValueTask SendSlowlyAsync(ReadOnlyMemory<byte> datagram, IceSendResult result, CancellationToken cancellationToken)
    {
        while (result == IceSendResult.WouldBlock)
        {
            if (_route is { } route)
            {
                await route.Published.Socket.WaitWritableAsync(cancellationToken).ConfigureAwait(false);
            }

            result = TrySend(datagram.Span);
        }

        if (result != IceSendResult.Sent)
        {
            throw ToException(result, datagram.Length);
        }
    }

    private IceException ToException(IceSendResult result, int length) => result switch
    {
        IceSendResult.NoRoute => new IceException(IceError.NoRoute, $"{this} has no valid pair to send over."),
        IceSendResult.ConsentLost => new IceException(IceError.ConsentLost, $"{this} may not send: the peer has not answered for 30 s, or has revoked its consent. Restart ICE."),
        IceSendResult.TooLong => new IceException(IceError.MessageTooLong, $"A datagram of {length} bytes is too long for the path of {this}."),
        IceSendResult.Closed => new IceException(_closeReason?.Error ?? IceError.AgentClosed, _closeReason?.Message ?? $"{this} is closed."),
        _ => new IceException(IceError.NetworkUnreachable, $"The network refused a datagram of {this}: {result}."),
    };

    private void ChangeReceiver(IceDatagramReceiver? receiver)
    {
        if (receiver is not null)
        {
            byte[] buffer = new byte[65_536];
            while (_queue.TryDrain(buffer, out int length, out _))
            {
                Push(receiver, buffer.AsSpan(0, length));
            }
        }

        _receiver = receiver;
    }

    private void Push(IceDatagramReceiver receiver, ReadOnlySpan<byte> datagram)
    {
        try
        {
            receiver(this, datagram);
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
            throw new InvalidOperationException($"{this} has a receiver: set it to null to receive by call.");
        }
    }
}
