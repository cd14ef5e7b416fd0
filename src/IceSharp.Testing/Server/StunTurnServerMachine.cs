using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>A STUN and TURN server without I/O: datagrams, times and answers go in; datagrams, requests to the host and events come out.</summary>
/// <remarks>
/// For tests and demonstrations: production wants a real TURN server. It serves Binding, with behaviour discovery over UDP (RFC 5780), and the relay with long-term
/// credentials or access tokens over UDP, TCP and TLS, also of TCP (RFC 6062), and for clients that move (RFC 8016): Allocate, Refresh, CreatePermission, ChannelBind, Send, Data and ChannelData (RFC 8489, RFC 8656).
/// After each input, take what <see cref="TryGetTransmit"/>, <see cref="TryGetHostRequest"/> and <see cref="TryGetEvent"/> give until
/// they give nothing, then wait until <see cref="NextTimeout"/>. What a client sends never throws. Not thread safe.
/// </remarks>
public sealed class StunTurnServerMachine : IDisposable
{
    private readonly StunTurnServerOptions _options;
    private readonly ServerAccess _access;
    private readonly KnownAttributes _known;
    private readonly ResponseCache _cache;
    private readonly ServerResponses _responses;
    private readonly AllocateHandler _allocate;
    private readonly AllocationRequestHandler _requests;
    private readonly AllocationEnd _end;
    private readonly PeerConnections _connections;
    private readonly MobilityTickets _tickets;
    private readonly RelayPath _relay;
    private readonly PortReservations _reservations;
    private readonly AllocationTable _allocations = new();
    private readonly RelayAddressBook _addresses;
    private readonly AlternateListeners _listeners = new();
    private readonly BindingHandler _binding;
    private readonly ServerOutbox _outbox = new();
    private readonly ServerNotices _notices = new();
    private MonotonicTime _now;

    /// <summary>Creates a server without listeners.</summary>
    /// <param name="options">What it offers; null offers Binding only.</param>
    /// <param name="random">Where nonces, ports and transaction IDs come from; used as long as the machine lives.</param>
    /// <exception cref="ArgumentException">The options contradict themselves.</exception>
    public StunTurnServerMachine(StunTurnServerOptions? options, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        _options = options ?? new StunTurnServerOptions();
        if (_options.RelayPorts.Count < 1)
        {
            throw new ArgumentException($"RelayPorts holds no port: {_options.RelayPorts}.", nameof(options));
        }

        if (_options.TokenKeys.FirstOrDefault(k => k.Value.Length is not (16 or 32)).Key is { } badKey)
        {
            throw new ArgumentException($"The token key '{badKey}' has neither 16 nor 32 bytes.", nameof(options));
        }

        PeerRules peers = new(_options);
        NonceIssuer nonces = new(_options, Faults, random);
        _known = new KnownAttributes(_options, _listeners);
        _cache = new ResponseCache(_options.ResponseMemory);
        _addresses = new RelayAddressBook(_options);
        _responses = new ServerResponses(_options, Faults, nonces, _cache, _outbox);
        _access = new ServerAccess(_options, nonces, _allocations, _responses);
        _tickets = new MobilityTickets(random);
        _connections = new PeerConnections(peers, _addresses, _responses, _outbox, _notices, random);
        _end = new AllocationEnd(_allocations, _connections, _notices);
        _binding = new BindingHandler(_options, _listeners, _responses);
        _reservations = new PortReservations(random);
        RelayPortChooser ports = new(_options.RelayPorts, _allocations, _reservations, random);
        _allocate = new AllocateHandler(_options, _allocations, _addresses, ports, _reservations, _tickets, _responses, _outbox, _notices);
        RefreshHandler refresh = new(_options, _allocations, _end, _tickets, _responses);
        _requests = new AllocationRequestHandler(_options, _allocations, refresh, _connections, peers, _responses);
        _relay = new RelayPath(_allocations, _addresses, peers, Faults, _outbox, random);
    }

    /// <summary>Misbehaviour to switch on.</summary>
    public ServerFaults Faults { get; } = new();

    /// <summary>The allocations that stand, in the order in which they were made, as of the last input.</summary>
    public IReadOnlyList<AllocationInfo> Allocations =>
        [.. _allocations.All.Where(a => a.IsOpen).Select(a => new AllocationInfo(a.FiveTuple.Client, a.Relayed, a.Username, a.ExpiresAt, a.Permissions.List(_now), a.Channels.List(_now))
        {
            AllRelayed = [.. a.Relays.Select(r => r.Address)],
            Connections = [.. _connections.Of(a).Select(c => c.Peer)],
        })];

    /// <summary>Number of responses that are kept for retransmitted requests.</summary>
    public int RememberedResponses => _cache.Count;

    /// <summary>When an allocation or a remembered response ends; asking changes nothing.</summary>
    public Deadline NextTimeout
    {
        get
        {
            MonotonicTime at = MonotonicTime.Min(MonotonicTime.Min(_allocations.NextExpiry, _reservations.NextExpiry), MonotonicTime.Min(_cache.NextExpiry, _connections.NextExpiry));
            return at.IsNever ? Deadline.Never : new Deadline(at, TimerReason.Expiry);
        }
    }

    /// <summary>Tells the machine of a socket that clients reach it on.</summary>
    /// <remarks>Over TCP and TLS the handle is that of the listening socket: with the client's address it names the connection, in datagrams that go in and out.</remarks>
    /// <param name="localAddress">The address that it is bound to; not the wildcard, whose source address nobody knows.</param>
    /// <param name="transport">How clients reach it; UDP unless told.</param>
    /// <returns>The socket's name in datagrams that go in and out.</returns>
    /// <exception cref="ArgumentException"><paramref name="localAddress"/> is unspecified.</exception>
    public SocketHandle AddListener(TransportAddress localAddress, ServerTransport transport = ServerTransport.Udp)
    {
        if (localAddress.Family == IpFamily.None || localAddress.Address.IsUnspecified)
        {
            throw new ArgumentException($"A listener needs an address of its own, not {localAddress}.", nameof(localAddress));
        }

        SocketHandle listener = _addresses.AddListener(localAddress, transport);
        if (transport == ServerTransport.Udp)
        {
            _listeners.Add(listener, localAddress);
        }

        return listener;
    }

    /// <summary>Works a datagram in, from a client or from a peer.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">The socket it arrived on and where it came from.</param>
    /// <param name="datagram">The bytes; not kept.</param>
    public DatagramVerdict HandleDatagram(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        HandleTimeout(now);
        if (Faults.IsSilent)
        {
            return DatagramVerdict.Dropped(DropReason.Closed);
        }

        if (_allocations.TryFind(path.Socket, out Allocation? allocation))
        {
            return _relay.FromPeer(now, allocation, path.Remote, datagram);
        }

        if (!_addresses.IsListener(path.Socket))
        {
            return DatagramVerdict.Dropped(DropReason.UnknownSocket);
        }

        FiveTuple fiveTuple = new(path.Socket, path.Remote);
        if (ChannelDataReader.LooksLikeChannelData(datagram))
        {
            return ChannelDataReader.TryParse(datagram, out ChannelDataReader frame) == ChannelDataStatus.Ok
                ? _relay.FromClient(now, fiveTuple, frame)
                : DatagramVerdict.Dropped(DropReason.MalformedRelayData);
        }

        if (StunReader.TryParse(datagram, out StunReader message) is var status and not StunParseStatus.Ok)
        {
            if (status == StunParseStatus.BadCookie && _options.AnswersRfc3489 && Rfc3489Response.TryWrite(datagram, path.Remote, out byte[] response))
            {
                _outbox.Send(path.Socket, path.Remote, response);
                return DatagramVerdict.Consumed;
            }

            return DatagramVerdict.Dropped(DropReason.MalformedStun);
        }

        return HandleMessage(now, fiveTuple, message);
    }

    /// <summary>Takes the end of a client's connection, whoever closed it: an allocation made over it ends with it.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="listener">The listener that it came in on.</param>
    /// <param name="client">The client's address.</param>
    public void HandleStreamClosed(MonotonicTime now, SocketHandle listener, TransportAddress client)
    {
        HandleTimeout(now);
        FiveTuple fiveTuple = new(listener, client);
        if (_connections.ClientClosed(fiveTuple) || !_allocations.TryFind(fiveTuple, out Allocation? allocation))
        {
            return;
        }

        // A client that has moved on does not need its old connection any more.
        if (fiveTuple == allocation.FiveTuple)
        {
            _end.End(allocation, wasReleased: false);
        }
        else
        {
            _allocations.Settle(allocation);
        }
    }

    /// <summary>Takes a peer's TCP connection to a relayed address (RFC 6062 §5.3).</summary>
    /// <param name="now">The current time.</param>
    /// <param name="relaySocket">The socket of the <see cref="ListenRelaySocket"/>.</param>
    /// <param name="peer">The peer.</param>
    /// <returns>The connection's name; none when it is to be closed at once. Nothing is read from it before <see cref="JoinStreams"/>.</returns>
    public SocketHandle HandlePeerConnection(MonotonicTime now, SocketHandle relaySocket, TransportAddress peer)
    {
        HandleTimeout(now);
        return _allocations.TryFind(relaySocket, out Allocation? allocation) ? _connections.Accept(now, allocation, peer) : default;
    }

    /// <summary>Takes the end of a connection to a peer, whoever closed it: the client's ends with it.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="stream">The connection.</param>
    public void HandlePeerStreamClosed(MonotonicTime now, SocketHandle stream)
    {
        HandleTimeout(now);
        _connections.PeerClosed(stream);
    }

    /// <summary>Takes an ICMP message about a datagram that left a relay socket (RFC 8656 §11.5): for hosts that hear of them.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="relaySocket">The socket that the datagram left.</param>
    /// <param name="destination">Where the datagram went; port 0 where that is not known.</param>
    /// <param name="type">ICMP type, or ICMPv6 type where the destination is IPv6.</param>
    /// <param name="code">Code of that type.</param>
    /// <param name="errorData">The next hop's MTU, where the message tells it.</param>
    public DatagramVerdict HandleIcmp(MonotonicTime now, SocketHandle relaySocket, TransportAddress destination, byte type, byte code, uint errorData)
    {
        HandleTimeout(now);
        return _allocations.TryFind(relaySocket, out Allocation? allocation)
            ? _relay.FromNetwork(now, allocation, destination, type, code, errorData)
            : DatagramVerdict.Dropped(DropReason.UnknownSocket);
    }

    /// <summary>Does what is due. Early and repeated calls do nothing.</summary>
    public void HandleTimeout(MonotonicTime now)
    {
        _now = now;
        _cache.Expire(now);
        _reservations.Expire(now);
        while (_allocations.TryFindExpired(now, out Allocation? expired))
        {
            _end.Expire(now, expired);
        }

        _connections.Expire(now);
    }

    /// <summary>Takes the host's answer to an <see cref="OpenRelaySocket"/>, <see cref="ListenRelaySocket"/> or <see cref="ConnectPeer"/>; one that nobody waits for (any more) does nothing.</summary>
    public void HandleHostAnswer(MonotonicTime now, ServerHostAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        HandleTimeout(now);
        if (answer is PeerStreamOpened or PeerStreamRefused)
        {
            _connections.Connected(now, answer.Socket, answer is PeerStreamOpened);
            return;
        }

        if (!_allocations.TryFind(answer.Socket, out Allocation? allocation) || allocation.IsOpen
            || allocation.Relays.Find(r => r.Socket == answer.Socket) is not { } relay)
        {
            return;
        }

        if (answer is RelaySocketOpened)
        {
            _allocate.Opened(now, allocation, relay);
        }
        else
        {
            _allocate.Refused(now, allocation, relay);
        }
    }

    /// <summary>Takes the next datagram to send.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="buffer">Where it goes; 65507 bytes are always enough. Stays the caller's.</param>
    /// <param name="transmit">Socket, destination and length.</param>
    /// <exception cref="ArgumentException"><paramref name="buffer"/> is too short for it; it stays queued.</exception>
    public bool TryGetTransmit(MonotonicTime now, Span<byte> buffer, out Transmit transmit) => _outbox.TryTake(buffer, out transmit);

    /// <summary>Takes the next thing that the host is to do.</summary>
    public bool TryGetHostRequest([NotNullWhen(true)] out ServerHostRequest? request) => _notices.TryTakeRequest(out request);

    /// <summary>Takes the next event. Nobody has to: the oldest of more than 1024 are forgotten.</summary>
    public bool TryGetEvent([NotNullWhen(true)] out ServerEvent? happened) => _notices.TryTakeEvent(out happened);

    /// <summary>Gives the keys of the users back. Sockets are the host's to close.</summary>
    public void Dispose()
    {
        _access.Dispose();
        _tickets.Dispose();
    }

    private DatagramVerdict HandleMessage(MonotonicTime now, FiveTuple fiveTuple, in StunReader message)
    {
        // RFC 8489 §6.3: what fails the basic checks is discarded in silence; an answer to garbage would feed loops and reflection.
        if (message.HasFingerprint && message.VerifyFingerprint() != StunFingerprintStatus.Ok)
        {
            return DatagramVerdict.Dropped(DropReason.Fingerprint);
        }

        bool request = message.Class == StunClass.Request
            && message.Method is StunMethod.Binding or StunMethod.Allocate or StunMethod.Refresh or StunMethod.CreatePermission or StunMethod.ChannelBind
                or StunMethod.Connect or StunMethod.ConnectionBind;
        bool indication = message.Class == StunClass.Indication && message.Method is StunMethod.Binding or StunMethod.Send;
        if ((!request && !indication) || Faults.TakeIgnored(message.Method))
        {
            return DatagramVerdict.Dropped(DropReason.UnexpectedMessage);
        }

        if (request)
        {
            HandleRequest(now, fiveTuple, message);
            return DatagramVerdict.Consumed;
        }

        if (!_access.Admits(message) || _known.FindUnknown(fiveTuple.Listener, message, stackalloc StunAttributeType[1]) > 0)
        {
            return DatagramVerdict.Dropped(DropReason.UnexpectedMessage);
        }

        return message.Method == StunMethod.Send ? _relay.FromClient(now, fiveTuple, message) : DatagramVerdict.Consumed;
    }

    private void HandleRequest(MonotonicTime now, FiveTuple fiveTuple, in StunReader message)
    {
        if (_cache.TryGet(fiveTuple, message.TransactionId, out ReadOnlySpan<byte> remembered))
        {
            _outbox.Send(fiveTuple.Listener, fiveTuple.Client, remembered);
            return;
        }

        ServerRequest request = new(fiveTuple, message.Method, message.TransactionId, message.HasFingerprint, default);
        if (Faults.TryTakeRefusal(request.Method, asChallenge: true, out int code))
        {
            _responses.Challenge(now, request, code);
            return;
        }

        if (!_access.TryAdmit(now, ref request, message))
        {
            return;
        }

        if (Faults.TryTakeRefusal(request.Method, asChallenge: false, out code))
        {
            _responses.Error(now, request, code);
            return;
        }

        // RFC 8489 §6.3: unknown attributes are looked at after authentication.
        Span<StunAttributeType> unknown = stackalloc StunAttributeType[KnownAttributes.MaxReported];
        int unknownCount = _known.FindUnknown(fiveTuple.Listener, message, unknown);
        if (unknownCount > 0)
        {
            _responses.UnknownAttributes(now, request, unknown[..unknownCount]);
            return;
        }

        // RFC 8489 §14.8: only who has proven who it is is sent elsewhere, and can check that it was.
        if (_options.AlternateServers.Count > 0 && request.Credential.Key is not null && request.Method is StunMethod.Binding or StunMethod.Allocate)
        {
            _responses.Redirect(now, request);
            return;
        }

        Serve(now, request, message);
    }

    private void Serve(MonotonicTime now, in ServerRequest request, in StunReader message)
    {
        switch (request.Method)
        {
            case StunMethod.Binding:
                _binding.Handle(now, request, message);
                break;
            case StunMethod.Allocate:
                _allocate.Handle(now, request, message);
                break;
            case StunMethod.ConnectionBind:
                _connections.Bind(now, request, message);
                break;
            default:
                _requests.Handle(now, request, message);
                break;
        }
    }
}
