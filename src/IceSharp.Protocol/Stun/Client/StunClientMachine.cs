using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Stun.Client;

/// <summary>Asks one STUN server over one socket or stream: many Binding requests at a time, indications, authentication, repeats (RFC 8489 §6).</summary>
/// <remarks>
/// After each batch of inputs poll <see cref="TryGetTransmit"/> until it returns false, then <see cref="TryGetOutcome"/>, then read
/// <see cref="NextTimeout"/>. Every request that was started and not cancelled has exactly one outcome. A redirection ends the request here;
/// its owner starts it again on the machine of the next server. Over a stream a transmit is one whole message, and received bytes are cut
/// into messages before they come here. Not thread safe.
/// </remarks>
[Experimental("ICE0001")]
public sealed class StunClientMachine : IDisposable
{
    /// <summary>Size of a buffer that every message of this machine fits into.</summary>
    public const int MaxMessageBytes = 4096;

    /// <summary>Most requests that may wait to be sent.</summary>
    public const int MaxQueued = 10_000;

    private const int TableCapacity = 16_384;

    private readonly StunClientSettings _settings;
    private readonly StunLinkKind _kind;
    private readonly IRandomSource _random;
    private readonly IRtoCache _rtos;
    private readonly string? _certificateName;
    private readonly ClientAuthentication _authentication;

    // A schedule of one copy and one timeout.
    private readonly StunRetransmissionSettings _sentOnce = new() { MaxTransmissions = 1, FinalTimeoutFactor = 1 };
    private readonly StunTransactionTable<StunClientRequest> _table = new(TableCapacity);
    private readonly Dictionary<long, StunTransaction<StunClientRequest>> _outstanding = [];
    private readonly LinkedList<StunClientRequest> _waiting = [];
    private readonly Queue<StunRequestOutcome> _outcomes = new();
    private int _pendingIndications;
    private long _lastId;

    /// <summary>Creates a machine that has nothing to do yet.</summary>
    /// <param name="settings">Settings.</param>
    /// <param name="kind">What carries the messages.</param>
    /// <param name="server">The server's address.</param>
    /// <param name="socket">The socket or connected stream.</param>
    /// <param name="random">Source of transaction IDs.</param>
    /// <param name="rtos">Timeouts learnt so far; null for a memory of this machine's own.</param>
    /// <param name="certificateName">Over TLS and DTLS the name that the server's certificate has proven, for redirections; otherwise null.</param>
    /// <exception cref="ArgumentException">
    /// SOFTWARE is longer than 127 characters, both kinds of credentials are given, <paramref name="server"/> has no address, or <paramref name="socket"/> is none.
    /// </exception>
    public StunClientMachine(
        StunClientSettings settings,
        StunLinkKind kind,
        TransportAddress server,
        SocketHandle socket,
        IRandomSource random,
        IRtoCache? rtos = null,
        string? certificateName = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(random);
        StunTextLimits.CountBytes(StunAttributeType.Software, settings.Software, nameof(settings));
        if (settings is { ShortTermCredential: not null, LongTermCredential: not null })
        {
            throw new ArgumentException("A server is asked with a short-term or a long-term credential, not with both.", nameof(settings));
        }

        if (server.Family == IpFamily.None || server.Port == 0)
        {
            throw new ArgumentException($"'{server}' is no address to send to.", nameof(server));
        }

        if (socket.IsNone)
        {
            throw new ArgumentException("The handle names no socket.", nameof(socket));
        }

        _settings = settings;
        _kind = kind;
        _random = random;
        _rtos = rtos ?? new RtoCache();
        _certificateName = certificateName;
        _authentication = new ClientAuthentication(settings);
        Server = server;
        Socket = socket;
    }

    /// <summary>The server.</summary>
    public TransportAddress Server { get; }

    /// <summary>The socket or stream.</summary>
    public SocketHandle Socket { get; }

    /// <summary>Whether the stream has ended or the owner has closed the machine: nothing is sent any more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Requests that wait for their response.</summary>
    public int OutstandingCount => _outstanding.Count;

    /// <summary>Requests that wait to be sent.</summary>
    public int QueuedCount => _waiting.Count;

    /// <summary>When and why <see cref="HandleTimeout"/> wants to be called.</summary>
    public Deadline NextTimeout
    {
        get
        {
            MonotonicTime at = _table.NextDeadline;
            foreach (StunClientRequest request in _waiting)
            {
                // Those that may begin already wait for room, not for the clock.
                at = request.NotBefore == MonotonicTime.Zero ? at : MonotonicTime.Min(at, request.NotBefore);
            }

            return at.IsNever ? Deadline.Never : new Deadline(at, TimerReason.Transaction);
        }
    }

    /// <summary>Starts a Binding request; it is sent by one of the next <see cref="TryGetTransmit"/>.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="id">Its number, repeated in its outcome.</param>
    /// <param name="guard">For a redirected request what its last outcome gave; otherwise null.</param>
    /// <returns>False when the machine is closed or <see cref="MaxQueued"/> requests wait.</returns>
    public bool TryStartBinding(MonotonicTime now, out long id, AlternateServerGuard? guard = null)
    {
        id = 0;
        if (IsClosed || _waiting.Count >= MaxQueued)
        {
            return false;
        }

        id = ++_lastId;
        guard ??= _settings.FollowAlternateServer ? new AlternateServerGuard(now, Server, _certificateName) : null;
        _waiting.AddLast(new StunClientRequest(id, guard));
        return true;
    }

    /// <summary>Sends one Binding indication, for example to keep a NAT binding. It is never repeated or answered. Does nothing when closed.</summary>
    public void SendIndication() => _pendingIndications += IsClosed || _pendingIndications >= MaxQueued ? 0 : 1;

    /// <summary>Gives a request up: it has no outcome. Its ID stays known, so that a late response is recognised. Does nothing when it has ended.</summary>
    public void Cancel(long id)
    {
        if (_outstanding.Remove(id, out StunTransaction<StunClientRequest>? transaction))
        {
            _table.Cancel(transaction);
        }
        else if (_waiting.FirstOrDefault(r => r.Id == id) is { } request)
        {
            _waiting.Remove(request);
        }
    }

    /// <summary>Takes a received datagram, or one message of the stream.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">Where it came from and in.</param>
    /// <param name="datagram">Its bytes; not kept.</param>
    public DatagramVerdict HandleDatagram(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram) =>
        StunReader.TryParse(datagram, out StunReader message) == StunParseStatus.Ok
            ? HandleMessage(now, path, message)
            : DatagramVerdict.Dropped(DropReason.MalformedStun);

    /// <summary>Takes a received STUN message.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">Where it came from and in.</param>
    /// <param name="message">The message; not kept.</param>
    public DatagramVerdict HandleMessage(MonotonicTime now, in TransportPath path, in StunReader message)
    {
        DropReason reason = Examine(path, message, out StunTransaction<StunClientRequest>? transaction);
        if (reason != DropReason.None)
        {
            return DatagramVerdict.Dropped(reason);
        }

        if (transaction is null || transaction.IsCancelled)
        {
            return DatagramVerdict.Consumed;
        }

        StunClientRequest request = transaction.Owner;
        AuthenticationVerdict verdict = _authentication.Examine(message, request);
        if (verdict == AuthenticationVerdict.Discarded || (verdict == AuthenticationVerdict.IntegrityViolated && _kind == StunLinkKind.Datagram))
        {
            request.SawBadIntegrity |= verdict == AuthenticationVerdict.IntegrityViolated;
            return DatagramVerdict.Dropped(DropReason.Unauthenticated);
        }

        TimeSpan? roundTrip = transaction.RoundTripAt(now);
        _table.Complete(transaction);
        _outstanding.Remove(request.Id);
        if (verdict == AuthenticationVerdict.IntegrityViolated)
        {
            End(new() { RequestId = request.Id, Error = StunRequestError.IntegrityViolated, Server = Server, Transmissions = request.Transmissions });
            return DatagramVerdict.Consumed;
        }

        if (roundTrip is { } sample && _kind == StunLinkKind.Datagram)
        {
            _rtos.Learn(now, Server.Address, sample);
        }

        HandleBelieved(now, message, verdict, request, roundTrip);
        return DatagramVerdict.Consumed;
    }

    /// <summary>Does all work that is due; early or repeated calls do nothing.</summary>
    public void HandleTimeout(MonotonicTime now)
    {
        _table.HandleTimeout(now);
        while (_table.TryTakeExpired(out StunTransaction<StunClientRequest>? expired))
        {
            if (_outstanding.Remove(expired.Owner.Id))
            {
                Fail(expired.Owner, expired.Owner.SawBadIntegrity ? StunRequestError.IntegrityViolated : StunRequestError.Timeout);
            }
        }

        foreach (StunClientRequest request in _waiting)
        {
            if (request.NotBefore <= now)
            {
                request.NotBefore = MonotonicTime.Zero;
            }
        }
    }

    /// <summary>Takes the network's word that nobody listens there (ICMP port or protocol unreachable): what waits for a response fails at once (RFC 8489 §6.2.1).</summary>
    /// <param name="now">The current time.</param>
    /// <param name="destination">Where the packet had gone.</param>
    public void HandleUnreachable(MonotonicTime now, TransportAddress destination)
    {
        if (destination == Server)
        {
            FailOutstanding(StunRequestError.Unreachable);
        }
    }

    /// <summary>Takes the end of the stream, orderly or not: every request that is under way or waits fails (RFC 8489 §6.2.2).</summary>
    /// <param name="now">The current time.</param>
    public void HandleStreamClosed(MonotonicTime now) => Close(StunRequestError.ConnectionClosed);

    /// <summary>Closes the machine: every request that is under way or waits fails. Closing again does nothing.</summary>
    /// <param name="now">The current time.</param>
    public void Close(MonotonicTime now) => Close(StunRequestError.Closed);

    /// <summary>Gets the next message to send.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="buffer">Where its bytes go; at least <see cref="MaxMessageBytes"/>.</param>
    /// <param name="transmit">Where to send them.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="ArgumentException"><paramref name="buffer"/> is too short.</exception>
    public bool TryGetTransmit(MonotonicTime now, Span<byte> buffer, out Transmit transmit)
    {
        int length = 0;
        if (_table.TryTakeRetransmission(out StunTransaction<StunClientRequest>? copy))
        {
            length = copy.Request.Length;
            copy.Request.CopyTo(buffer);
            copy.Owner.Transmissions++;
        }
        else if (_pendingIndications > 0)
        {
            _pendingIndications--;
            length = WriteIndication(buffer);
        }
        else if ((_kind == StunLinkKind.Stream || OutstandingCount < _settings.MaxOutstanding) && NextReady(now) is { } request)
        {
            length = Begin(now, request, buffer);
        }

        transmit = new Transmit(Socket, Server, length);
        return length > 0;
    }

    /// <summary>Gets the next request that has ended.</summary>
    /// <param name="outcome">How.</param>
    /// <returns>False when there is none.</returns>
    public bool TryGetOutcome([NotNullWhen(true)] out StunRequestOutcome? outcome) => _outcomes.TryDequeue(out outcome);

    /// <inheritdoc/>
    public void Dispose()
    {
        IsClosed = true;
        _table.Clear();
        _authentication.Dispose();
    }

    /// <summary>"STUN client of 192.0.2.1:3478 (Datagram): 2 outstanding, 0 queued".</summary>
    public override string ToString() => $"STUN client of {Server} ({_kind}): {OutstandingCount} outstanding, {QueuedCount} queued";

    private DropReason Examine(in TransportPath path, in StunReader message, out StunTransaction<StunClientRequest>? transaction)
    {
        transaction = null;
        if (message.Method != StunMethod.Binding || message.Class == StunClass.Request)
        {
            return DropReason.UnexpectedMessage;
        }

        // Not demanded here, but where one is, it has to be right.
        if (message.HasFingerprint && message.VerifyFingerprint() != StunFingerprintStatus.Ok)
        {
            return DropReason.Fingerprint;
        }

        if (message.Class == StunClass.Indication)
        {
            return StunComprehension.HasUnknown(message) ? DropReason.UnexpectedMessage : DropReason.None;
        }

        if (!_table.TryFind(message.TransactionId, out transaction))
        {
            return DropReason.UnmatchedResponse;
        }

        return path.Socket != Socket || path.Remote != Server ? DropReason.UnexpectedSource : DropReason.None;
    }

    private void HandleBelieved(MonotonicTime now, in StunReader message, AuthenticationVerdict verdict, StunClientRequest request, TimeSpan? roundTrip)
    {
        StunRequestOutcome outcome = new()
        {
            RequestId = request.Id,
            Error = StunRequestError.None,
            Server = Server,
            RoundTripTime = roundTrip,
            Transmissions = request.Transmissions,
            Software = ResponseFacts.Software(message),
            Attributes = ResponseFacts.CopyAttributes(message),
        };
        if (message.Class == StunClass.ErrorResponse && message.GetErrorCode(out int code, out ReadOnlySpan<byte> reason) == StunAttributeStatus.Ok)
        {
            outcome = outcome with { Error = StunRequestError.ErrorResponse, ErrorCode = code, ReasonPhrase = StunText.Sanitize(reason) };
        }

        if (StunComprehension.HasUnknown(message, _settings.AcceptRfc3489Servers))
        {
            End(outcome with { Error = StunRequestError.UnknownAttribute });
        }
        else if (verdict == AuthenticationVerdict.Challenge)
        {
            AnswerChallenge(message, request, outcome);
        }
        else if (message.Class == StunClass.ErrorResponse)
        {
            HandleError(now, message, request, outcome);
        }
        else
        {
            bool found = ResponseFacts.TryReadMappedAddress(message, _settings.AcceptRfc3489Servers, out TransportAddress mapped);
            End(found ? outcome with { MappedAddress = mapped } : outcome with { Error = StunRequestError.MalformedResponse });
        }
    }

    private void AnswerChallenge(in StunReader challenge, StunClientRequest request, StunRequestOutcome outcome)
    {
        LongTermFailure failure = _authentication.TakeChallenge(challenge, request);
        if (failure == LongTermFailure.None && !IsClosed)
        {
            _waiting.AddFirst(request);
        }
        else
        {
            End(outcome with { Error = StunRequestError.AuthenticationFailed, AuthenticationFailure = failure });
        }
    }

    private void HandleError(MonotonicTime now, in StunReader message, StunClientRequest request, StunRequestOutcome outcome)
    {
        switch (outcome.ErrorCode)
        {
            case 0:
                End(outcome with { Error = StunRequestError.MalformedResponse });
                break;
            case 300 when request.Guard is { } guard:
                AlternateServerOutcome decision = guard.Decide(now, message, _authentication.WasAuthenticated(request), Server.Family, out AlternateServer target);
                End(decision == AlternateServerOutcome.Follow
                    ? outcome with { Error = StunRequestError.Redirected, Redirect = target, RedirectGuard = guard }
                    : outcome with { Error = StunRequestError.RedirectRefused, RedirectRefusal = decision });
                break;
            case >= 500 and < 600 when request.ServerErrors < _settings.ServerErrorRetries && !IsClosed:
                request.NotBefore = now + (request.InitialRto * (1 << request.ServerErrors++));
                _waiting.AddLast(request);
                break;
            default:
                End(outcome with { UnknownAttributes = ResponseFacts.UnknownAttributes(message) });
                break;
        }
    }

    private StunClientRequest? NextReady(MonotonicTime now)
    {
        StunClientRequest? ready = _waiting.FirstOrDefault(r => r.NotBefore <= now);
        if (ready is not null && _table.Count < _table.Capacity)
        {
            _waiting.Remove(ready);
            return ready;
        }

        return null;
    }

    private int Begin(MonotonicTime now, StunClientRequest request, Span<byte> buffer)
    {
        // Streams have no round trips to learn from: their repeats after a 5xx are spaced by the initial value.
        TimeSpan floor = _settings.Retransmission.InitialRto;
        request.InitialRto = _kind == StunLinkKind.Datagram ? _rtos.Begin(now, Server.Address, floor) : floor;
        RetransmissionSchedule schedule = _kind == StunLinkKind.Datagram
            ? new RetransmissionSchedule(_settings.Retransmission, request.InitialRto)
            : new RetransmissionSchedule(_sentOnce, _settings.StreamTimeout);
        StunTransaction<StunClientRequest>? transaction;
        int length;
        do
        {
            length = WriteRequest(buffer, request);
            transaction = _table.TryStart(now, request, Socket, Server, schedule, buffer[..length]);
        }
        while (transaction is null);

        request.NotBefore = MonotonicTime.Zero;
        request.Transmissions++;
        _outstanding.Add(request.Id, transaction);
        return length;
    }

    private int WriteRequest(Span<byte> buffer, StunClientRequest request)
    {
        StunWriter writer = new(buffer, StunMethod.Binding, StunClass.Request, StunTransactionId.Create(_random));
        AddSoftware(ref writer);
        _authentication.WriteRequest(ref writer, request);
        AddFingerprint(ref writer);
        return writer.Length;
    }

    private int WriteIndication(Span<byte> buffer)
    {
        StunWriter writer = new(buffer, StunMethod.Binding, StunClass.Indication, StunTransactionId.Create(_random));
        AddSoftware(ref writer);
        _authentication.WriteIndication(ref writer);
        AddFingerprint(ref writer);
        return writer.Length;
    }

    private void AddSoftware(ref StunWriter writer)
    {
        if (_settings.Software is { } software)
        {
            writer.AddText(StunAttributeType.Software, software);
        }
    }

    private void AddFingerprint(ref StunWriter writer)
    {
        if (_settings.AddFingerprint)
        {
            writer.AddFingerprint();
        }
    }

    private void Close(StunRequestError error)
    {
        if (IsClosed)
        {
            return;
        }

        IsClosed = true;
        _pendingIndications = 0;
        FailOutstanding(error);
        foreach (StunClientRequest request in _waiting)
        {
            Fail(request, error);
        }

        _waiting.Clear();
        _table.Clear();
    }

    private void FailOutstanding(StunRequestError error)
    {
        // In the order in which they began, not in that of hashes.
        foreach (StunTransaction<StunClientRequest> transaction in _outstanding.Values.OrderBy(t => t.Owner.Id).ToArray())
        {
            _outstanding.Remove(transaction.Owner.Id);
            _table.Complete(transaction);
            Fail(transaction.Owner, error);
        }
    }

    private void Fail(StunClientRequest request, StunRequestError error) =>
        End(new StunRequestOutcome { RequestId = request.Id, Error = error, Server = Server, Transmissions = request.Transmissions });

    private void End(StunRequestOutcome outcome) => _outcomes.Enqueue(outcome);
}
