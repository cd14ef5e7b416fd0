using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Turn;

/// <summary>Carries requests of every kind to the server and back: starts, copies, challenges, repeats after server errors, and the checks each response has to pass.</summary>
internal sealed class TurnExchange : IDisposable
{
    /// <summary>RFC 8489 §6.2: at most so many transactions with one server at a time, over datagrams.</summary>
    private const int MaxOutstandingDatagrams = 10;
    private const int MaxOutstandingOnStream = 100;
    private const int MaxServerErrors = 4;

    private readonly TurnAllocationSettings _settings;
    private readonly TransportAddress _server;
    private readonly IRandomSource _random;
    private readonly TurnAuthentication _authentication;
    private readonly TurnSchedules _schedules;
    private readonly int _maxOutstanding;
    private readonly StunTransactionTable<TurnRequest> _transactions;
    private readonly Queue<TurnRequest> _pending = new();
    private readonly Queue<TurnRequest> _started = new();
    private readonly List<TurnRequest> _inFlight = [];
    private readonly List<TurnRequest> _delayed = [];

    // Wait for the host: a token, a credential.
    private readonly List<TurnRequest> _held = [];

    public TurnExchange(TurnAllocationSettings settings, TurnAuthentication authentication, TransportAddress server, SocketHandle socket, IRandomSource random)
    {
        _settings = settings;
        _authentication = authentication;
        _server = server;
        Socket = socket;
        _random = random;
        _schedules = new TurnSchedules(settings);
        _maxOutstanding = settings.Link == StunLinkKind.Stream ? MaxOutstandingOnStream : MaxOutstandingDatagrams;
        _transactions = new StunTransactionTable<TurnRequest>(_maxOutstanding + 1);
    }

    /// <summary>The socket that requests leave from, unless they have one of their own.</summary>
    public SocketHandle Socket { get; private set; }

    /// <summary>How long a request is waited for.</summary>
    public TimeSpan Patience => _schedules.Ordinary.FailureOffset;

    /// <summary>Whether a request waits for its turn. A release does not wait for others to end.</summary>
    public bool HasPendingStart =>
        _pending.TryPeek(out TurnRequest? next) && (_transactions.Count + _started.Count < _maxOutstanding || next.Kind == TurnRequestKind.Release);

    public MonotonicTime NextDeadline
    {
        get
        {
            MonotonicTime next = _transactions.NextDeadline;
            foreach (TurnRequest request in _delayed)
            {
                next = MonotonicTime.Min(next, request.NotBefore);
            }

            return next;
        }
    }

    public void Enqueue(TurnRequest request) => _pending.Enqueue(request);

    /// <summary>Takes the next request whose turn it is; <see cref="Start"/> sends it.</summary>
    public bool TryTakePending(MonotonicTime now, [NotNullWhen(true)] out TurnRequest? request)
    {
        if (!HasPendingStart || !_pending.TryDequeue(out request))
        {
            request = null;
            return false;
        }

        if (_authentication.NeedsToken(now, request))
        {
            _held.Add(request);
            return false;
        }

        return true;
    }

    /// <summary>Lets a request start: it goes out with the next <see cref="TryWrite"/>.</summary>
    public void Start(TurnRequest request) => _started.Enqueue(request);

    /// <summary>Writes the next request, or the next copy of one.</summary>
    public bool TryWrite(MonotonicTime now, Span<byte> buffer, out SocketHandle socket, out int length)
    {
        if (_started.TryPeek(out TurnRequest? request))
        {
            length = Encode(buffer, request);
            _started.Dequeue();
            socket = request.Socket.IsNone ? Socket : request.Socket;
            request.Transaction = _transactions.TryStart(now, request, socket, _server, _schedules.For(request.Kind), buffer[..length])
                ?? throw new InvalidOperationException("The random source gave the same transaction ID twice.");
            _inFlight.Add(request);
            return true;
        }

        if (_transactions.TryTakeRetransmission(out StunTransaction<TurnRequest>? transaction))
        {
            length = transaction.Request.Length;
            socket = transaction.Socket;
            transaction.Request.CopyTo(buffer);
            return true;
        }

        length = 0;
        socket = default;
        return false;
    }

    public void HandleTimeout(MonotonicTime now)
    {
        _transactions.HandleTimeout(now);
        for (int i = 0; i < _delayed.Count;)
        {
            if (_delayed[i].NotBefore > now)
            {
                i++;
                continue;
            }

            _pending.Enqueue(_delayed[i]);
            _delayed.RemoveAt(i);
        }
    }

    /// <summary>Gets the next request that got no answer to believe.</summary>
    public bool TryTakeTimedOut([NotNullWhen(true)] out TurnRequest? request, out TurnFailure failure)
    {
        while (_transactions.TryTakeExpired(out StunTransaction<TurnRequest>? transaction))
        {
            if (!transaction.IsCancelled)
            {
                request = transaction.Owner;
                Land(request);
                bool sawBadIntegrity = request.Token is null ? request.Attempt.SawBadIntegrity : request.SawBadIntegrity;
                failure = sawBadIntegrity ? TurnFailure.IntegrityViolated : TurnFailure.Timeout;
                return true;
            }
        }

        request = null;
        failure = TurnFailure.None;
        return false;
    }

    /// <summary>Takes a response of the server.</summary>
    public TurnResult HandleResponse(MonotonicTime now, SocketHandle socket, in StunReader response)
    {
        if (!_transactions.TryFind(response.TransactionId, out StunTransaction<TurnRequest>? transaction))
        {
            return TurnResult.Dropped(DropReason.UnmatchedResponse);
        }

        if (transaction.Socket != socket)
        {
            return TurnResult.Dropped(DropReason.UnexpectedSource);
        }

        TurnRequest request = transaction.Owner;
        if (response.Method != request.Method)
        {
            return TurnResult.Dropped(DropReason.UnexpectedMessage);
        }

        if (response.HasFingerprint && response.VerifyFingerprint() != StunFingerprintStatus.Ok)
        {
            return TurnResult.Dropped(DropReason.Fingerprint);
        }

        bool isError = response.Class == StunClass.ErrorResponse;
        int code = 0;
        ReadOnlySpan<byte> phrase = default;
        bool isReadable = !isError || response.GetErrorCode(out code, out phrase) == StunAttributeStatus.Ok;
        AuthenticationVerdict verdict = _authentication.Examine(response, request);
        bool endsAtOnce = verdict == AuthenticationVerdict.IntegrityViolated && _settings.Link == StunLinkKind.Stream;
        if (verdict is AuthenticationVerdict.Discarded or AuthenticationVerdict.IntegrityViolated && !endsAtOnce)
        {
            // Copies go on: a forger must not be able to end the transaction (RFC 8489 §9.2.5). On a stream there are neither copies nor strangers.
            return TurnResult.Dropped(DropReason.Unauthenticated);
        }

        bool wasCancelled = transaction.IsCancelled;
        MonotonicTime firstSent = transaction.FirstSent;
        TimeSpan? roundTrip = transaction.RoundTripAt(now);
        _transactions.Complete(transaction);
        if (wasCancelled)
        {
            return TurnResult.Continues;
        }

        Land(request);
        if (endsAtOnce)
        {
            return TurnResult.Failed(request, TurnFailure.IntegrityViolated);
        }

        if (StunComprehension.HasUnknown(response))
        {
            return TurnResult.Failed(request, TurnFailure.UnknownAttribute, code);
        }

        if (!isReadable)
        {
            return TurnResult.Failed(request, TurnFailure.MalformedResponse);
        }

        return isError
            ? HandleError(now, request, response, verdict, code, StunText.Sanitize(phrase))
            : TurnResult.Succeeded(request, firstSent, roundTrip);
    }

    /// <summary>Gives up all requests; answers to those under way are recognised and ignored.</summary>
    public void Abandon()
    {
        _pending.Clear();
        _started.Clear();
        _delayed.Clear();
        _held.Clear();
        _inFlight.ForEach(r => r.Transaction = null);
        _inFlight.Clear();
        _transactions.CancelAll();
    }

    /// <summary>Lets what waits for the host go on.</summary>
    public void ReleaseHeld()
    {
        _held.ForEach(_pending.Enqueue);
        _held.Clear();
    }

    /// <summary>Gives up what was asked on a stream of its own that is gone.</summary>
    public void Forget(SocketHandle stream)
    {
        foreach (TurnRequest request in _inFlight.FindAll(r => r.Socket == stream))
        {
            _transactions.Cancel(request.Transaction!);
            Land(request);
        }
    }

    /// <summary>Asks everything anew that is under way: the old answers would go astray, or be signed with what is no longer known.</summary>
    /// <param name="socket">Where it leaves from now on.</param>
    public void Restart(SocketHandle socket)
    {
        Socket = socket;
        foreach (TurnRequest request in _inFlight.ToArray())
        {
            _transactions.Cancel(request.Transaction!);
            Land(request);
            request.Attempt = new LongTermAttempt();
            _pending.Enqueue(request);
        }
    }

    /// <summary>Forgets all requests.</summary>
    public void Clear()
    {
        Abandon();
        _transactions.Clear();
    }

    public void Dispose()
    {
        Clear();
        _authentication.Dispose();
    }

    private void Land(TurnRequest request)
    {
        request.Transaction = null;
        _inFlight.Remove(request);
    }

    private TurnResult HandleError(MonotonicTime now, TurnRequest request, in StunReader response, AuthenticationVerdict verdict, int code, string? phrase)
    {
        if (verdict == AuthenticationVerdict.Challenge)
        {
            switch (_authentication.TakeChallenge(response, request, out TurnFailure failure))
            {
                case TurnChallengeStep.Repeat:
                    return Repeat(request);
                case TurnChallengeStep.Wait:
                    _held.Add(request);
                    return TurnResult.Continues;
                default:
                    return TurnResult.Failed(request, failure, code, phrase);
            }
        }

        if (code == TurnErrorCode.UnknownAttribute && request.DontFragment && Refuses(response, StunAttributeType.DontFragment))
        {
            request.DontFragment = false;
            return Repeat(request);
        }

        if (code == TurnErrorCode.UnknownAttribute && Refuses(response, StunAttributeType.RequestedAddressFamily))
        {
            // A server from before RFC 6156: it has IPv4 alone.
            return TurnResult.Failed(request, TurnFailure.AddressFamilyNotSupported, code, phrase);
        }

        if (code == TurnErrorCode.MobilityForbidden && request.AsksForTicket)
        {
            request.AsksForTicket = false;
            return Repeat(request);
        }

        if (TurnErrorCode.IsTransient(code) && request.Kind != TurnRequestKind.Release && request.ServerErrorCount < MaxServerErrors)
        {
            request.NotBefore = now + _settings.Retransmission.InitialRto * (1 << request.ServerErrorCount++);
            _delayed.Add(request);
            return TurnResult.Continues;
        }

        return TurnResult.Failed(request, TurnErrorCode.ToFailure(code), code, phrase);
    }

    // A new transaction, which waits for its turn like any other (RFC 8445 §5.1.1.2).
    private TurnResult Repeat(TurnRequest request)
    {
        _pending.Enqueue(request);
        return TurnResult.Continues;
    }

    private static bool Refuses(in StunReader response, StunAttributeType type) =>
        response.TryFind(StunAttributeType.UnknownAttributes, out StunAttribute attribute)
        && attribute.ReadUnknownAttributes(out StunAttributeTypeList types) == StunAttributeStatus.Ok
        && types.Contains(type);

    private int Encode(Span<byte> buffer, TurnRequest request)
    {
        StunWriter writer = new(buffer, request.Method, StunClass.Request, StunTransactionId.Create(_random));
        TurnRequestWriter.Write(ref writer, request, _settings);
        _authentication.Write(ref writer, request);
        return writer.Length;
    }
}
