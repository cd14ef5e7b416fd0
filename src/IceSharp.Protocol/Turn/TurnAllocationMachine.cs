using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Turn;

/// <summary>One allocation of a relayed address on a TURN server over UDP: made, kept, used and released (RFC 8656).</summary>
/// <remarks>
/// After each batch of inputs: let new transactions start (<see cref="HasPendingStart"/>), then poll <see cref="TryGetTransmit"/> and
/// <see cref="TryGetEvent"/> until they return false, then read <see cref="NextTimeout"/>. Every first request of a transaction, repeats
/// after a challenge included, waits for <see cref="StartPending"/>, so that the caller can pace it (RFC 8445 §5.1.1.2, §14.2);
/// a caller that does not pace calls it at once: <c>while (machine.HasPendingStart) machine.StartPending(now);</c>.
/// What the server or a peer sends never throws. Not thread safe.
/// </remarks>
[Experimental("ICE0001")]
public sealed class TurnAllocationMachine : IDisposable
{
    /// <summary>Size of a buffer that every request of this machine fits into.</summary>
    public const int MaxRequestBytes = 1400;

    private const int MaxPeersBytes = 200;
    private readonly TurnAllocationSettings _settings;
    private readonly bool _hasCredential;
    private readonly TurnExchange _exchange;
    private readonly TurnPermissions _permissions;
    private readonly TurnChannels _channels;
    private readonly TurnDataPath _data;
    private readonly TurnEventQueue _events;
    private readonly TurnLife _life;
    private readonly TurnLease _lease;
    private readonly TurnRequest _allocate = new(TurnRequestKind.Allocate);
    private readonly TurnProgress _progress;
    private bool _disposed;

    /// <summary>Creates a machine that has nothing to do yet.</summary>
    /// <param name="settings">Settings.</param>
    /// <param name="credential">The long-term credential; null for a server that asks for none.</param>
    /// <param name="server">The server's address.</param>
    /// <param name="socket">The socket that requests leave from and everything of the server arrives on. Only one allocation per socket and server.</param>
    /// <param name="random">Source of transaction IDs and of the spread of refreshes.</param>
    /// <param name="redirects">What decides on redirections; one that serves all machines of an allocation that is redirected. Null for one of this machine's own.</param>
    /// <exception cref="ArgumentException">SOFTWARE is longer than 127 characters, <paramref name="server"/> has no address or port, or <paramref name="socket"/> is none.</exception>
    public TurnAllocationMachine(TurnAllocationSettings settings, LongTermCredential? credential, TransportAddress server, SocketHandle socket, IRandomSource random, AlternateServerGuard? redirects = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(random);
        int softwareBytes = StunTextLimits.CountBytes(StunAttributeType.Software, settings.Software, nameof(settings));
        if (server.Family == IpFamily.None || server.Port == 0)
        {
            throw new ArgumentException($"'{server}' is no address to send to.", nameof(server));
        }

        if (socket.IsNone)
        {
            throw new ArgumentException("The handle names no socket.", nameof(socket));
        }

        _settings = settings;
        _hasCredential = credential is not null;
        Server = server;
        Socket = socket;

        // What a challenge may take up, so that the answer to it still fits: 100 bytes stand for headers, integrity and small attributes.
        int usernameBytes = credential is null ? 0 : Math.Max(LongTermKey.UserHashBytes, System.Text.Encoding.UTF8.GetByteCount(credential.Username));
        LongTermAuthenticator authenticator = new(credential, new LongTermSettings
        {
            AlgorithmChoice = PasswordAlgorithmChoice.Strongest,
            RequiresUsernameAnonymity = settings.RequiresUsernameAnonymity,
            MaxChallengeBytes = MaxRequestBytes - MaxPeersBytes - softwareBytes - usernameBytes - 100,
        });
        _events = new TurnEventQueue(2 * (settings.MaxPermissions + settings.MaxChannels));
        _life = new TurnLife(_events);
        _exchange = new TurnExchange(settings, authenticator, server, socket, random);
        _lease = new TurnLease(_exchange, random);
        _permissions = new TurnPermissions(_exchange, _events, settings.MaxPermissions);
        _channels = new TurnChannels(_exchange, _events, settings.MaxChannels);
        _data = new TurnDataPath(_permissions, _channels, _events, random);
        _progress = new TurnProgress(settings, server, _exchange, _life, _lease, _permissions, _channels) { Redirects = redirects };
    }

    /// <summary>The server.</summary>
    public TransportAddress Server { get; }

    /// <summary>The socket.</summary>
    public SocketHandle Socket { get; }

    /// <summary>How far the allocation has come.</summary>
    public TurnAllocationState State => _life.State;

    /// <summary>Why it failed or was lost.</summary>
    public TurnFailure Failure => _life.Failure;

    /// <summary>The server's error code for <see cref="Failure"/>, 300 to 699; 0 when it gave none.</summary>
    public int ErrorCode => _life.ErrorCode;

    /// <summary>The server's words for <see cref="ErrorCode"/>, made safe for logs; null when there were none.</summary>
    public string? ReasonPhrase => _life.ReasonPhrase;

    /// <summary>Where to allocate instead, when <see cref="Failure"/> is <see cref="TurnFailure.TryAlternate"/> and the redirection was verified, usable and no loop (RFC 8489 §10); otherwise null.</summary>
    /// <remarks>Followed by a new machine with the same credential and guard. It comes before other servers of the same name (RFC 8656 §7.4).</remarks>
    public AlternateServer? Redirect => _progress.Redirect;

    /// <summary>The relayed address; null before there is one.</summary>
    public TransportAddress? RelayedAddress => _progress.RelayedAddress;

    /// <summary>The client's address as the server sees it; null before it is known.</summary>
    public TransportAddress? MappedAddress => _progress.MappedAddress;

    /// <summary>The lifetime that the server granted last.</summary>
    public TimeSpan Lifetime => _lease.Lifetime;

    /// <summary>Round trip time of the latest request that was answered and not repeated; null before there was one.</summary>
    public TimeSpan? RoundTripTime => _progress.RoundTripTime;

    /// <summary>Whether a new transaction waits for <see cref="StartPending"/>.</summary>
    public bool HasPendingStart => _exchange.HasPendingStart;

    /// <summary>When and why <see cref="HandleTimeout"/> wants to be called; asking changes nothing.</summary>
    public Deadline NextTimeout
    {
        get
        {
            Deadline next = Deadline.Min(Deadline.Never, new Deadline(_exchange.NextDeadline, TimerReason.Transaction));
            next = Deadline.Min(next, new Deadline(_lease.NextDeadline, TimerReason.AllocationRefresh));
            next = Deadline.Min(next, new Deadline(_permissions.NextDeadline, TimerReason.PermissionRefresh));
            next = Deadline.Min(next, new Deadline(_channels.NextDeadline, TimerReason.ChannelRebind));
            return Deadline.Min(next, new Deadline(_progress.CloseAt, TimerReason.Close));
        }
    }

    /// <summary>Begins to allocate. Calling it again does nothing.</summary>
    /// <param name="now">The current time.</param>
    public void Start(MonotonicTime now)
    {
        if (State != TurnAllocationState.Idle || _disposed)
        {
            return;
        }

        _progress.Redirects ??= new AlternateServerGuard(now, Server);
        _allocate.DontFragment = _settings.DontFragment;
        _exchange.Enqueue(_allocate);
        _progress.MoveTo(TurnAllocationState.Allocating);
    }

    /// <summary>Lets one new transaction start: its first request is the next that <see cref="TryGetTransmit"/> gives. Does nothing when none waits.</summary>
    /// <param name="now">The current time.</param>
    public void StartPending(MonotonicTime now)
    {
        if (!_exchange.TryTakePending(out TurnRequest? request) || (request.Kind == TurnRequestKind.CreatePermission && !_permissions.Fill(request)))
        {
            return;
        }

        if (request.Channel is { } channel)
        {
            channel.WasAsked = true;
        }

        _exchange.Start(request);
    }

    /// <summary>Asks for a permission, so that data may be exchanged with all ports of a peer's address; it is kept alive until the allocation ends.</summary>
    /// <remarks>May be called before there is an allocation. An event tells what came of it, once; none comes for a permission that is there already.</remarks>
    /// <param name="now">The current time.</param>
    /// <param name="peer">The peer's address; IPv4-mapped IPv6 counts as IPv4.</param>
    /// <returns>False when the allocation is over, or permissions for <see cref="TurnAllocationSettings.MaxPermissions"/> other peers are asked for.</returns>
    /// <exception cref="ArgumentException"><paramref name="peer"/> is no address.</exception>
    public bool RequestPermission(MonotonicTime now, IpAddress peer)
    {
        if (peer.Family == IpFamily.None)
        {
            throw new ArgumentException("The peer has no address.", nameof(peer));
        }

        return _life.IsActive && _permissions.Request(peer.Unmap());
    }

    /// <summary>Whether data may be exchanged with a peer's address now.</summary>
    public bool HasPermission(IpAddress peer) => _permissions.IsInstalled(peer.Unmap());

    /// <summary>Asks for a channel to a peer, and for a permission with it; both are kept alive until the allocation ends.</summary>
    /// <remarks>May be called before there is an allocation. <see cref="TurnEventKind.ChannelBound"/> or <see cref="TurnEventKind.ChannelRefused"/> tells what came of it. There is no way to unbind a channel (RFC 8656 §12).</remarks>
    /// <param name="now">The current time.</param>
    /// <param name="peer">The peer's address and port; IPv4-mapped IPv6 counts as IPv4.</param>
    /// <returns>False when the allocation is over, or no permission or channel is left under <see cref="TurnAllocationSettings.MaxPermissions"/> and <see cref="TurnAllocationSettings.MaxChannels"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="peer"/> has no address or port.</exception>
    public bool RequestChannel(MonotonicTime now, TransportAddress peer)
    {
        if (peer.Family == IpFamily.None || peer.Port == 0)
        {
            throw new ArgumentException($"'{peer}' is no address to bind a channel to.", nameof(peer));
        }

        peer = Unmap(peer);
        return _life.IsActive && _permissions.Request(peer.Address) && _channels.Request(peer);
    }

    /// <summary>Gets the number that data for a peer may be sent on; the server has confirmed it.</summary>
    /// <param name="peer">The peer's address and port; IPv4-mapped IPv6 counts as IPv4.</param>
    /// <param name="number">0x4000 to 0x4FFF.</param>
    /// <returns>False when there is none, or no permission for the peer's address.</returns>
    public bool TryGetChannel(TransportAddress peer, out ushort number)
    {
        peer = Unmap(peer);
        return _channels.TryGetNumber(peer, out number) && _permissions.IsInstalled(peer.Address);
    }

    /// <summary>Bytes that a Send indication to a peer puts before the payload: 36 for IPv4, 48 for IPv6. Up to 7 more follow it.</summary>
    public static int GetSendOverhead(IpFamily peerFamily) => SendIndication.GetOverhead(peerFamily);

    /// <summary>Wraps a payload for a peer into a Send indication, to be sent from <see cref="Socket"/> to <see cref="Server"/>. Allocates nothing.</summary>
    /// <param name="buffer">Where the indication goes; at least <see cref="GetSendOverhead"/> + payload + 7 bytes.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="payload">The data, may be empty; it may already stand in <paramref name="buffer"/>, best at its place behind the overhead.</param>
    /// <param name="id">A fresh random ID.</param>
    /// <param name="length">Number of bytes to send.</param>
    /// <returns>False when there is no allocation or no permission for the peer (RFC 8656 §11.1 forbids to send then).</returns>
    /// <exception cref="ArgumentException"><paramref name="buffer"/> is too short.</exception>
    public bool TryWriteSend(Span<byte> buffer, TransportAddress peer, ReadOnlySpan<byte> payload, StunTransactionId id, out int length)
    {
        length = 0;
        return State == TurnAllocationState.Allocated
            && _data.TryWriteSend(buffer, Unmap(peer), payload, id, _allocate.DontFragment, out length);
    }

    /// <summary>Wraps a payload for a peer, to be sent from <see cref="Socket"/> to <see cref="Server"/>: as ChannelData when a channel stands, as a Send indication otherwise. Allocates nothing.</summary>
    /// <remarks>Where <see cref="TurnAllocationSettings.DontFragment"/> is set and the server can, it is always a Send indication: ChannelData cannot ask for it (RFC 8656 §12.5).</remarks>
    /// <param name="buffer">Where the message goes; at least <see cref="GetSendOverhead"/> + payload + 7 bytes.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="payload">The data, may be empty; it may already stand in <paramref name="buffer"/>.</param>
    /// <param name="length">Number of bytes to send.</param>
    /// <returns>False when there is no allocation or no permission for the peer.</returns>
    /// <exception cref="ArgumentException"><paramref name="buffer"/> is too short.</exception>
    public bool TryWriteData(Span<byte> buffer, TransportAddress peer, ReadOnlySpan<byte> payload, out int length)
    {
        length = 0;
        return State == TurnAllocationState.Allocated && _data.TryWriteData(buffer, Unmap(peer), payload, _allocate.DontFragment, out length);
    }

    /// <summary>Takes a received datagram.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">Where it came from and in.</param>
    /// <param name="datagram">Its bytes; not kept.</param>
    /// <returns>For relayed data: where in <paramref name="datagram"/> it stands and which peer sent it; stream and component are 0.</returns>
    public DatagramVerdict HandleDatagram(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        if (ChannelDataReader.LooksLikeChannelData(datagram))
        {
            DropReason reason = Judge(path);
            return reason == DropReason.None ? HandleChannelData(datagram) : DatagramVerdict.Dropped(reason);
        }

        return StunReader.TryParse(datagram, out StunReader message) == StunParseStatus.Ok
            ? HandleMessage(now, path, message)
            : DatagramVerdict.Dropped(DropReason.MalformedStun);
    }

    /// <summary>Takes a received STUN message: a response to one of this machine's requests, or a Data indication.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">Where it came from and in.</param>
    /// <param name="message">The message; not kept. Offsets in the verdict count from its first byte.</param>
    public DatagramVerdict HandleMessage(MonotonicTime now, in TransportPath path, in StunReader message)
    {
        DropReason reason = Judge(path);
        if (reason != DropReason.None)
        {
            return DatagramVerdict.Dropped(reason);
        }

        return message.Class switch
        {
            StunClass.SuccessResponse or StunClass.ErrorResponse => _progress.HandleResponse(now, message),
            StunClass.Indication when message.Method == StunMethod.Data => HandleIndication(message),
            _ => DatagramVerdict.Dropped(DropReason.UnexpectedMessage),
        };
    }

    /// <summary>Does all work that is due; early or repeated calls do nothing.</summary>
    public void HandleTimeout(MonotonicTime now)
    {
        _exchange.HandleTimeout(now);
        while (_exchange.TryTakeTimedOut(out TurnRequest? request, out TurnFailure failure))
        {
            _progress.OnFailed(now, TurnResult.Failed(request, failure));
        }

        if (now >= _lease.ExpiresAt && !_lease.ExpiresAt.IsNever)
        {
            _progress.MoveTo(TurnAllocationState.Lost, _lease.ReasonOfExpiry);
        }

        if (now >= _progress.CloseAt && !_progress.CloseAt.IsNever)
        {
            _progress.OnReleased();
        }

        _lease.HandleTimeout(now);
        _permissions.HandleTimeout(now);
        _channels.HandleTimeout(now);
    }

    /// <summary>Takes the network's word that nobody listens there (ICMP port or protocol unreachable): allocating fails at once; an allocation that stands is left to its refreshes.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="destination">Where the packet had gone.</param>
    public void HandleUnreachable(MonotonicTime now, TransportAddress destination)
    {
        if (State == TurnAllocationState.Allocating && destination == Server && _allocate.IsInFlight)
        {
            _progress.MoveTo(TurnAllocationState.Failed, TurnResult.Because(TurnFailure.Unreachable));
        }
    }

    /// <summary>Gets the next datagram to send.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="buffer">Where its bytes go; at least <see cref="MaxRequestBytes"/>.</param>
    /// <param name="transmit">Where to send them.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="ArgumentException"><paramref name="buffer"/> is too short.</exception>
    public bool TryGetTransmit(MonotonicTime now, Span<byte> buffer, out Transmit transmit)
    {
        bool any = _exchange.TryWrite(now, buffer, out int length);
        transmit = any ? new Transmit(Socket, Server, length) : default;
        return any;
    }

    /// <summary>Gets the next fact.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryGetEvent(out TurnEvent fact) => _events.TryTake(out fact);

    /// <summary>Releases the allocation, within the time of one transaction; <see cref="TurnEventKind.Closed"/> tells the end. Calling it again does nothing.</summary>
    /// <param name="now">The current time.</param>
    public void Close(MonotonicTime now)
    {
        if (_disposed)
        {
            return;
        }

        switch (State)
        {
            case TurnAllocationState.Allocated:
            // The server may be about to make an allocation. Without credentials in the request it only challenges, unless it asks nobody for any.
            case TurnAllocationState.Allocating when _allocate.IsInFlight && (_allocate.Attempt.IsAuthenticated || !_hasCredential):
                _progress.Release(now, default);
                break;
            case TurnAllocationState.Idle or TurnAllocationState.Allocating:
                _progress.MoveTo(TurnAllocationState.Closed);
                break;
        }
    }

    /// <summary>Frees the hash handles. Sends nothing; call <see cref="Close"/> first to release the allocation.</summary>
    public void Dispose()
    {
        _disposed = true;
        _exchange.Dispose();
        _progress.StopTimers();
    }

    /// <summary>"TURN 192.0.2.1:3478: Allocated", never credentials.</summary>
    public override string ToString() => $"TURN {Server}: {State}";

    private static TransportAddress Unmap(TransportAddress peer) => peer with { Address = peer.Address.Unmap() };

    private DropReason Judge(in TransportPath path)
    {
        if (_life.IsOver)
        {
            return DropReason.Closed;
        }

        if (path.Socket != Socket)
        {
            return DropReason.UnknownSocket;
        }

        return path.Remote == Server ? DropReason.None : DropReason.UnexpectedSource;
    }

    private DatagramVerdict HandleIndication(in StunReader message) =>
        State == TurnAllocationState.Allocated ? _data.HandleIndication(message) : DatagramVerdict.Dropped(DropReason.NoPermission);

    private DatagramVerdict HandleChannelData(ReadOnlySpan<byte> datagram) =>
        State == TurnAllocationState.Allocated ? _data.HandleChannelData(datagram) : DatagramVerdict.Dropped(DropReason.UnboundChannel);
}
