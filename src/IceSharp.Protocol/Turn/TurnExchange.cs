using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Turn;

/// <summary>Carries requests of every kind to the server and back: starts, copies, challenges, repeats after server errors, and the checks each response has to pass.</summary>
internal sealed class TurnExchange : IDisposable
{
    /// <summary>RFC 8489 §6.2: at most so many transactions with one server at a time.</summary>
    private const int MaxOutstanding = 10;
    private const int MaxServerErrors = 4;

    private readonly TurnAllocationSettings _settings;
    private readonly TransportAddress _server;
    private readonly SocketHandle _socket;
    private readonly IRandomSource _random;
    private readonly LongTermAuthenticator _authenticator;
    private readonly StunTransactionTable<TurnRequest> _transactions = new(MaxOutstanding + 1);
    private readonly Queue<TurnRequest> _pending = new();
    private readonly Queue<TurnRequest> _started = new();
    private readonly List<TurnRequest> _delayed = [];

    public TurnExchange(TurnAllocationSettings settings, LongTermAuthenticator authenticator, TransportAddress server, SocketHandle socket, IRandomSource random)
    {
        _settings = settings;
        _authenticator = authenticator;
        _server = server;
        _socket = socket;
        _random = random;
        Schedule = new RetransmissionSchedule(settings.Retransmission);
    }

    public RetransmissionSchedule Schedule { get; }

    /// <summary>Whether a request waits for its turn. A release does not wait for others to end.</summary>
    public bool HasPendingStart =>
        _pending.TryPeek(out TurnRequest? next) && (_transactions.Count + _started.Count < MaxOutstanding || next.Kind == TurnRequestKind.Release);

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
    public bool TryTakePending([NotNullWhen(true)] out TurnRequest? request)
    {
        request = null;
        return HasPendingStart && _pending.TryDequeue(out request);
    }

    /// <summary>Lets a request start: it goes out with the next <see cref="TryWrite"/>.</summary>
    public void Start(TurnRequest request) => _started.Enqueue(request);

    /// <summary>Writes the next request, or the next copy of one.</summary>
    public bool TryWrite(MonotonicTime now, Span<byte> buffer, out int length)
    {
        if (_started.TryPeek(out TurnRequest? request))
        {
            length = Encode(buffer, request);
            _started.Dequeue();
            request.IsInFlight = true;
            if (_transactions.TryStart(now, request, _socket, _server, Schedule, buffer[..length]) is null)
            {
                throw new InvalidOperationException("The random source gave the same transaction ID twice.");
            }

            return true;
        }

        if (_transactions.TryTakeRetransmission(out StunTransaction<TurnRequest>? transaction))
        {
            length = transaction.Request.Length;
            transaction.Request.CopyTo(buffer);
            return true;
        }

        length = 0;
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
            transaction.Owner.IsInFlight = false;
            if (!transaction.IsCancelled)
            {
                request = transaction.Owner;
                failure = request.Attempt.SawBadIntegrity ? TurnFailure.IntegrityViolated : TurnFailure.Timeout;
                return true;
            }
        }

        request = null;
        failure = TurnFailure.None;
        return false;
    }

    /// <summary>Takes a response of the server.</summary>
    public TurnResult HandleResponse(MonotonicTime now, in StunReader response)
    {
        if (!_transactions.TryFind(response.TransactionId, out StunTransaction<TurnRequest>? transaction))
        {
            return TurnResult.Dropped(DropReason.UnmatchedResponse);
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
        AuthenticationVerdict verdict = _authenticator.Examine(response, request.Attempt);
        if (verdict is AuthenticationVerdict.Discarded or AuthenticationVerdict.IntegrityViolated)
        {
            // Copies go on: a forger must not be able to end the transaction (RFC 8489 §9.2.5).
            return TurnResult.Dropped(DropReason.Unauthenticated);
        }

        bool wasCancelled = transaction.IsCancelled;
        MonotonicTime firstSent = transaction.FirstSent;
        TimeSpan? roundTrip = transaction.RoundTripAt(now);
        _transactions.Complete(transaction);
        request.IsInFlight = false;
        if (wasCancelled)
        {
            return TurnResult.Continues;
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
        _transactions.CancelAll();
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
        _authenticator.Dispose();
    }

    private TurnResult HandleError(MonotonicTime now, TurnRequest request, in StunReader response, AuthenticationVerdict verdict, int code, string? phrase)
    {
        if (verdict == AuthenticationVerdict.Challenge)
        {
            LongTermFailure failure = _authenticator.TakeChallenge(response, request.Attempt);
            return failure == LongTermFailure.None ? Repeat(request) : TurnResult.Failed(request, TurnErrorCode.ToFailure(failure), code, phrase);
        }

        if (code == TurnErrorCode.UnknownAttribute && request.DontFragment && Refuses(response, StunAttributeType.DontFragment))
        {
            request.DontFragment = false;
            return Repeat(request);
        }

        if (TurnErrorCode.IsTransient(code) && request.Kind != TurnRequestKind.Release && request.ServerErrorCount < MaxServerErrors)
        {
            request.NotBefore = now + Schedule.InitialRto * (1 << request.ServerErrorCount++);
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
        _authenticator.Write(ref writer, request.Attempt);
        return writer.Length;
    }
}
