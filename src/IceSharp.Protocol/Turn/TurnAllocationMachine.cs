using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Turn;

/// <summary>One allocation of relayed addresses on a TURN server: made, kept, used, moved, made again and released (RFC 8656, RFC 6062, RFC 8016, RFC 7635).</summary>
/// <remarks>
/// After each batch of inputs: let new transactions start (<see cref="HasPendingStart"/>), then poll <see cref="TryGetTransmit"/>, <see cref="TryGetHostRequest"/> and
/// <see cref="TryGetEvent"/> until they return false, then read <see cref="NextTimeout"/>. Every first request of a transaction, repeats
/// after a challenge included, waits for <see cref="StartPending"/>, so that the caller can pace it (RFC 8445 §5.1.1.2, §14.2);
/// a caller that does not pace calls it at once: <c>while (machine.HasPendingStart) machine.StartPending(now);</c>.
/// On a stream one frame is one datagram here, and what is written to it is a frame. Application data of at most 500 bytes a message avoids
/// fragmentation on any path (RFC 8656 §3.7). What the server or a peer sends never throws. Not thread safe.
/// </remarks>
[Experimental("ICE0001")]
public sealed class TurnAllocationMachine : IDisposable
{
    /// <summary>Size of a buffer that every request of this machine fits into.</summary>
    public const int MaxRequestBytes = 1400;

    private readonly TurnParts _parts;
    private readonly TurnProgress _progress;
    private readonly TurnIntake _intake;
    private bool _disposed;

    /// <summary>Creates a machine that has nothing to do yet.</summary>
    /// <param name="settings">Settings.</param>
    /// <param name="credential">The long-term credential; null for a server that asks for none, or for access tokens.</param>
    /// <param name="server">The server's address.</param>
    /// <param name="socket">The socket or stream that requests leave from and everything of the server arrives on. Only one allocation per socket and server.</param>
    /// <param name="random">Source of transaction IDs and of the spread of refreshes.</param>
    /// <param name="redirects">What decides on redirections; one that serves all machines of an allocation that is redirected. Null for one of this machine's own.</param>
    /// <param name="memory">What a client's machines remember of servers; null for nothing.</param>
    /// <exception cref="ArgumentException">Settings forbid each other, SOFTWARE is longer than 127 characters, <paramref name="server"/> has no address or port, or <paramref name="socket"/> is none.</exception>
    public TurnAllocationMachine(
        TurnAllocationSettings settings,
        LongTermCredential? credential,
        TransportAddress server,
        SocketHandle socket,
        IRandomSource random,
        AlternateServerGuard? redirects = null,
        TurnServerMemory? memory = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(random);
        settings.Check(credential is not null, nameof(settings));
        if (server.Family == IpFamily.None || server.Port == 0)
        {
            throw new ArgumentException($"'{server}' is no address to send to.", nameof(server));
        }

        ThrowIfNone(socket, nameof(socket));
        _parts = new TurnParts(settings, credential, server, socket, random);
        _progress = new TurnProgress(_parts, memory) { Redirects = redirects };
        _intake = new TurnIntake(_parts, _progress);
    }

    /// <summary>The server.</summary>
    public TransportAddress Server => _parts.Server;

    /// <summary>The socket or stream in use; another one after <see cref="TurnEventKind.Moved"/> and <see cref="HandleStreamOpened"/>.</summary>
    public SocketHandle Socket => _parts.Exchange.Socket;

    /// <summary>How far the allocation has come.</summary>
    public TurnAllocationState State => _parts.Life.State;

    /// <summary>Why it failed or was lost.</summary>
    public TurnFailure Failure => _parts.Life.Failure;

    /// <summary>The server's error code for <see cref="Failure"/>, 300 to 699; 0 when it gave none.</summary>
    public int ErrorCode => _parts.Life.ErrorCode;

    /// <summary>The server's words for <see cref="ErrorCode"/>, made safe for logs; null when there were none.</summary>
    public string? ReasonPhrase => _parts.Life.ReasonPhrase;

    /// <summary>Where to allocate instead, when <see cref="Failure"/> is <see cref="TurnFailure.TryAlternate"/> and the redirection was verified, usable and no loop (RFC 8489 §10); otherwise null.</summary>
    /// <remarks>Followed by a new machine with the same credential and guard. It comes before other servers of the same name (RFC 8656 §7.4).</remarks>
    public AlternateServer? Redirect => _progress.Redirect;

    /// <summary>The relayed addresses and what came with them.</summary>
    public TurnRelays Relays => _parts.Relays;

    /// <summary>The first relayed address; null before there is one.</summary>
    public TransportAddress? RelayedAddress => _parts.Relays.First;

    /// <summary>The client's address as the server sees it; null before it is known.</summary>
    public TransportAddress? MappedAddress => _parts.Relays.MappedAddress;

    /// <summary>The TCP connections of an allocation with <see cref="TurnRelayProtocol.Tcp"/>.</summary>
    public TurnConnections Connections => _parts.Connections;

    /// <summary>The lifetime that the server granted last.</summary>
    public TimeSpan Lifetime => _parts.Lease.Lifetime;

    /// <summary>Round trip time of the latest request that was answered and not repeated; null before there was one.</summary>
    public TimeSpan? RoundTripTime => _progress.RoundTripTime;

    /// <summary>Whether the server gave a ticket, so that <see cref="Move"/> can be tried (RFC 8016).</summary>
    public bool HasMobilityTicket => _parts.Mobility.HasTicket;

    /// <summary>Whether a new transaction waits for <see cref="StartPending"/>.</summary>
    public bool HasPendingStart => _parts.Exchange.HasPendingStart;

    /// <summary>When and why <see cref="HandleTimeout"/> wants to be called; asking changes nothing.</summary>
    public Deadline NextTimeout => _intake.NextTimeout;

    /// <summary>Begins to allocate. Calling it again does nothing.</summary>
    /// <param name="now">The current time.</param>
    public void Start(MonotonicTime now)
    {
        if (State == TurnAllocationState.Idle && !_disposed)
        {
            _progress.Redirects ??= new AlternateServerGuard(now, Server);
            _progress.Start(now);
        }
    }

    /// <summary>Lets one new transaction start: its first request is the next that <see cref="TryGetTransmit"/> gives. Does nothing when none waits.</summary>
    /// <param name="now">The current time.</param>
    public void StartPending(MonotonicTime now)
    {
        if (!_parts.Exchange.TryTakePending(now, out TurnRequest? request) || (request.Kind == TurnRequestKind.CreatePermission && !_parts.Permissions.Fill(request)))
        {
            return;
        }

        if (request.Channel is { } channel)
        {
            channel.WasAsked = true;
        }

        _parts.Exchange.Start(request);
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

        return _parts.Life.IsActive && _parts.Permissions.Request(peer.Unmap());
    }

    /// <summary>Whether data may be exchanged with a peer's address now.</summary>
    public bool HasPermission(IpAddress peer) => _parts.Permissions.IsInstalled(peer.Unmap());

    /// <summary>Asks for a channel to a peer, and for a permission with it; both are kept alive until the allocation ends.</summary>
    /// <remarks>May be called before there is an allocation. <see cref="TurnEventKind.ChannelBound"/> or <see cref="TurnEventKind.ChannelRefused"/> tells what came of it. There is no way to unbind a channel (RFC 8656 §12).</remarks>
    /// <param name="now">The current time.</param>
    /// <param name="peer">The peer's address and port; IPv4-mapped IPv6 counts as IPv4.</param>
    /// <returns>False when the allocation is over or one of TCP, or no permission or channel is left under <see cref="TurnAllocationSettings.MaxPermissions"/> and <see cref="TurnAllocationSettings.MaxChannels"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="peer"/> has no address or port.</exception>
    public bool RequestChannel(MonotonicTime now, TransportAddress peer)
    {
        if (peer.Family == IpFamily.None || peer.Port == 0)
        {
            throw new ArgumentException($"'{peer}' is no address to bind a channel to.", nameof(peer));
        }

        peer = Unmap(peer);
        return _parts.Life.IsActive && RelaysDatagrams && _parts.Permissions.Request(peer.Address) && _parts.Channels.Request(peer);
    }

    /// <summary>Gets the number that data for a peer may be sent on; the server has confirmed it.</summary>
    /// <param name="peer">The peer's address and port; IPv4-mapped IPv6 counts as IPv4.</param>
    /// <param name="number">0x4000 to 0x4FFF.</param>
    /// <returns>False when there is none, or no permission for the peer's address.</returns>
    public bool TryGetChannel(TransportAddress peer, out ushort number)
    {
        peer = Unmap(peer);
        return _parts.Channels.TryGetNumber(peer, out number) && _parts.Permissions.IsInstalled(peer.Address);
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
        return CanSend && _parts.Data.TryWriteSend(buffer, Unmap(peer), payload, id, _progress.Allocate.DontFragment, out length);
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
        return CanSend && _parts.Data.TryWriteData(buffer, Unmap(peer), payload, _progress.Allocate.DontFragment, out length);
    }

    /// <summary>As <see cref="TryWriteData"/>, around a payload that stands in the buffer already and is not moved.</summary>
    /// <param name="buffer">With room of <see cref="GetSendOverhead"/> in front of the payload and of 7 bytes behind it.</param>
    /// <param name="payloadOffset">Where the payload stands.</param>
    /// <param name="payloadBytes">How long it is, may be 0.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="start">Where the message to send begins.</param>
    /// <param name="length">Number of bytes to send from there.</param>
    /// <returns>False when there is no allocation or no permission for the peer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is not enough room in front of the payload, or it does not lie in the buffer.</exception>
    /// <exception cref="ArgumentException">There is not enough room behind the payload.</exception>
    public bool TryWrapInPlace(Span<byte> buffer, int payloadOffset, int payloadBytes, TransportAddress peer, out int start, out int length)
    {
        peer = Unmap(peer);
        ArgumentOutOfRangeException.ThrowIfLessThan(payloadOffset, GetSendOverhead(peer.Family));
        start = length = 0;
        return CanSend && _parts.Data.TryWrapInPlace(buffer, payloadOffset, payloadBytes, peer, _progress.Allocate.DontFragment, out start, out length);
    }

    /// <summary>Takes a received datagram, or a frame of a stream.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">Where it came from and in.</param>
    /// <param name="datagram">Its bytes; not kept.</param>
    /// <returns>For relayed data: where in <paramref name="datagram"/> it stands and which peer sent it; stream and component are 0.</returns>
    public DatagramVerdict HandleDatagram(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram) => _intake.HandleDatagram(now, path, datagram);

    /// <summary>Takes a received STUN message: a response to one of this machine's requests, or an indication.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">Where it came from and in.</param>
    /// <param name="message">The message; not kept. Offsets in the verdict count from its first byte.</param>
    public DatagramVerdict HandleMessage(MonotonicTime now, in TransportPath path, in StunReader message) => _intake.HandleMessage(now, path, message);

    /// <summary>Does all work that is due; early or repeated calls do nothing.</summary>
    public void HandleTimeout(MonotonicTime now) => _intake.HandleTimeout(now);

    /// <summary>Takes the network's word that nobody listens there (ICMP port or protocol unreachable): allocating fails at once; an allocation that stands is asked for at once, at most every 5 s, whether it still does.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="destination">Where the packet had gone.</param>
    public void HandleUnreachable(MonotonicTime now, TransportAddress destination) => _intake.HandleUnreachable(now, destination);

    /// <summary>Takes the end of a stream, whoever closed it: with that to the server the allocation is gone, with another one its connection.</summary>
    /// <remarks>With <see cref="TurnAllocationSettings.Reallocates"/> the machine then waits for <see cref="HandleStreamOpened"/>; that it cannot be opened is said by <see cref="Close"/>.</remarks>
    /// <param name="now">The current time.</param>
    /// <param name="stream">The stream; one that is not known does nothing.</param>
    public void HandleStreamClosed(MonotonicTime now, SocketHandle stream) => _intake.HandleStreamClosed(now, stream);

    /// <summary>Goes on over a new stream to the server when the old one is gone; otherwise does nothing.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="stream">The new stream.</param>
    /// <exception cref="ArgumentException"><paramref name="stream"/> names none.</exception>
    public void HandleStreamOpened(MonotonicTime now, SocketHandle stream)
    {
        ThrowIfNone(stream, nameof(stream));
        _progress.OnStreamOpened(now, stream);
    }

    /// <summary>Takes the answer to <see cref="TurnHostRequestKind.AccessToken"/>; without the request it does nothing.</summary>
    /// <param name="now">The current time, from which the token's lifetime counts.</param>
    /// <param name="token">The token; null when there is none: user and password are used instead. So it is with one that does not fit a datagram of 548 bytes.</param>
    public void HandleAccessToken(MonotonicTime now, TurnAccessToken? token)
    {
        if (_parts.Authentication.TakeToken(now, token))
        {
            _parts.Exchange.ReleaseHeld();
        }
    }

    /// <summary>Takes a credential that is used from now on; the answer to <see cref="TurnHostRequestKind.Credential"/>, or unasked.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="credential">The credential; null when there is no other: the request that it was for fails.</param>
    public void HandleCredential(MonotonicTime now, LongTermCredential? credential)
    {
        _parts.Authentication.Use(credential);
        _parts.Exchange.ReleaseHeld();
        if (credential is not null)
        {
            _parts.Exchange.Restart(Socket);
        }
    }

    /// <summary>Moves the allocation to another address of the client: relayed addresses, permissions and channels stay (RFC 8016).</summary>
    /// <remarks>The old socket stays in use until <see cref="TurnEventKind.Moved"/>; after <see cref="TurnEventKind.MoveFailed"/> it still is.</remarks>
    /// <param name="now">The current time.</param>
    /// <param name="socket">A new socket, or a new stream to the server.</param>
    /// <returns>False when there is no allocation, no ticket, or a move is under way.</returns>
    /// <exception cref="ArgumentException"><paramref name="socket"/> names none.</exception>
    public bool Move(MonotonicTime now, SocketHandle socket)
    {
        ThrowIfNone(socket, nameof(socket));
        return State == TurnAllocationState.Allocated && _parts.Mobility.Move(socket);
    }

    /// <summary>Refreshes before it is due, to learn whether the server still has the allocation; does nothing while a refresh is under way.</summary>
    /// <param name="now">The current time.</param>
    /// <returns>False when there is no allocation.</returns>
    public bool RefreshNow(MonotonicTime now)
    {
        bool stands = State == TurnAllocationState.Allocated;
        if (stands)
        {
            _parts.Lease.RefreshNow();
        }

        return stands;
    }

    /// <summary>Gives one family of an allocation of both back (RFC 8656 §8.1); <see cref="TurnEventKind.FamilyReleased"/> tells the end.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="family">The family.</param>
    /// <returns>False when the allocation does not have both.</returns>
    public bool ReleaseFamily(MonotonicTime now, IpFamily family)
    {
        bool has = State == TurnAllocationState.Allocated && family != IpFamily.None && Relays.Serves(IpFamily.IPv4) && Relays.Serves(IpFamily.IPv6);
        if (has)
        {
            _parts.Exchange.Enqueue(new TurnRequest(TurnRequestKind.ReleaseFamily) { Family = family });
        }

        return has;
    }

    /// <summary>Gets the next datagram or frame to send.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="buffer">Where its bytes go; at least <see cref="MaxRequestBytes"/>.</param>
    /// <param name="transmit">Where to send them, and from which socket or stream.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="ArgumentException"><paramref name="buffer"/> is too short.</exception>
    public bool TryGetTransmit(MonotonicTime now, Span<byte> buffer, out Transmit transmit)
    {
        bool any = _parts.Exchange.TryWrite(now, buffer, out SocketHandle socket, out int length);
        transmit = any ? new Transmit(socket, Server, length) : default;
        return any;
    }

    /// <summary>Gets the next thing that the host is to get.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryGetHostRequest(out TurnHostRequest request) => _parts.Authentication.TryTakeHostRequest(out request);

    /// <summary>Gets the next fact.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryGetEvent(out TurnEvent fact) => _parts.Events.TryTake(out fact);

    /// <summary>Releases the allocation, within the time of one transaction; <see cref="TurnEventKind.Closed"/> tells the end. Calling it again does nothing.</summary>
    /// <param name="now">The current time.</param>
    public void Close(MonotonicTime now)
    {
        if (!_disposed)
        {
            _intake.Close(now);
        }
    }

    /// <summary>Frees the hash handles. Sends nothing; call <see cref="Close"/> first to release the allocation.</summary>
    public void Dispose()
    {
        _disposed = true;
        _parts.Dispose();
        _progress.StopTimers();
    }

    /// <summary>"TURN 192.0.2.1:3478: Allocated", never credentials.</summary>
    public override string ToString() => $"TURN {Server}: {State}";

    // TCP allocations have connections, and neither Send nor channels (RFC 6062 §4).
    private bool RelaysDatagrams => _parts.Settings.RelayProtocol == TurnRelayProtocol.Udp;

    private bool CanSend => State == TurnAllocationState.Allocated && RelaysDatagrams;

    private static TransportAddress Unmap(TransportAddress peer) => peer with { Address = peer.Address.Unmap() };

    private static void ThrowIfNone(SocketHandle socket, string parameter)
    {
        if (socket.IsNone)
        {
            throw new ArgumentException("The handle names no socket.", parameter);
        }
    }
}
