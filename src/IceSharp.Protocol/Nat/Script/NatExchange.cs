using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Nat;

/// <summary>The one transaction that is under way: from the step that wants it to the record of how it ended, over as many challenges as the server makes.</summary>
internal sealed class NatExchange(NatProbeSettings settings, IRandomSource random) : IDisposable
{
    // A NAT on the same machine or the next is quick, and a lost hairpin test costs no more than a wrong "no".
    private const int HairpinTransmissions = 4, HairpinFinalFactor = 4;

    private readonly Dictionary<TransportAddress, LongTermAuthenticator> _authenticators = settings.Servers.Distinct().ToDictionary(s => s, _ => new LongTermAuthenticator(settings.Credential));
    private readonly RetransmissionSchedule _schedule = new(settings.Retransmission);
    private readonly RetransmissionSchedule _hairpinSchedule = new(settings.Retransmission with
    {
        MaxTransmissions = Math.Min(settings.Retransmission.MaxTransmissions, HairpinTransmissions),
        FinalTimeoutFactor = Math.Min(settings.Retransmission.FinalTimeoutFactor, HairpinFinalFactor),
    });

    private AskStep? _step;
    private LongTermAuthenticator? _authenticator;
    private LongTermAttempt _attempt = new();
    private StunTransaction? _transaction;
    private MonotonicTime? _begun;
    private int _transmissions;
    private bool _isRepeated;

    /// <summary>Whether the first copy of a request waits to be sent.</summary>
    public bool IsWaitingToSend => _step is not null && _transaction is null;

    public MonotonicTime NextDeadline => _transaction?.NextDeadline ?? MonotonicTime.Never;

    /// <summary>Takes up a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="server">The server whose credentials hold for its other address too; null before one is found.</param>
    public void Begin(AskStep step, TransportAddress? server)
    {
        _step = step;
        _attempt = new LongTermAttempt();
        _transaction = null;
        _begun = null;
        _transmissions = 0;
        _isRepeated = false;

        // What goes to one's own mapped address goes to whoever sits there: without credentials.
        _authenticator = step.Test == NatTest.Hairpin ? null
            : _authenticators.TryGetValue(step.Destination, out LongTermAuthenticator? known) ? known : _authenticators[server!.Value];
    }

    public Transmit SendFirst(MonotonicTime now, Span<byte> buffer)
    {
        AskStep step = _step!;
        int length = NatRequest.Write(buffer, step, settings, StunTransactionId.Create(random), _authenticator, _attempt);
        _transaction = new StunTransaction(now, step.Socket.Handle, step.Destination, step.Test == NatTest.Hairpin ? _hairpinSchedule : _schedule, buffer[..length]);
        _begun ??= now;
        return new Transmit(step.Socket.Handle, step.Destination, length);
    }

    public bool TryTakeRetransmission(Span<byte> buffer, out Transmit transmit)
    {
        transmit = default;
        if (_transaction?.TryTakeRetransmission() != true)
        {
            return false;
        }

        _transaction.Request.CopyTo(buffer);
        transmit = new Transmit(_transaction.Socket, _transaction.Destination, _transaction.Request.Length);
        return true;
    }

    /// <summary>Does what is due; returns the record when the time of the transaction is over.</summary>
    public NatTestRecord? HandleTimeout(MonotonicTime now, MonotonicTime start)
    {
        if (_transaction?.HandleTimeout(now) != StunTransactionStep.Expired)
        {
            return null;
        }

        // A machine that slept through the schedule has not made it: "nothing came" would say more than was observed.
        if (_transaction.TransmissionCount < settings.Retransmission.MaxTransmissions && _step!.Test != NatTest.Hairpin && !_isRepeated)
        {
            _isRepeated = true;
            _transmissions += _transaction.TransmissionCount;
            _transaction = null;
            return null;
        }

        return End(now, start, _attempt.SawBadIntegrity ? NatTestOutcome.Unauthorized : NatTestOutcome.NoResponse);
    }

    /// <summary>The network said that nobody is there.</summary>
    public NatTestRecord? HandleUnreachable(MonotonicTime now, MonotonicTime start, SocketHandle socket, TransportAddress destination) =>
        _transaction is { } transaction && transaction.Socket == socket && transaction.Destination == destination
            ? End(now, start, NatTestOutcome.Unreachable)
            : null;

    /// <summary>Takes a message; the record is there when it ends the exchange.</summary>
    public DropReason HandleMessage(MonotonicTime now, MonotonicTime start, in TransportPath path, in StunReader message, out NatTestRecord? finished)
    {
        finished = null;
        if (message.Method != StunMethod.Binding || message.Class == StunClass.Indication)
        {
            return DropReason.UnexpectedMessage;
        }

        if (_step is not { } step || _transaction is not { } transaction || transaction.Id != message.TransactionId)
        {
            return message.Class == StunClass.Request ? DropReason.UnexpectedMessage : DropReason.UnmatchedResponse;
        }

        if (message.HasFingerprint && message.VerifyFingerprint() != StunFingerprintStatus.Ok)
        {
            return DropReason.Fingerprint;
        }

        if (message.Class == StunClass.Request)
        {
            return HandleOwnRequest(now, start, step, path, out finished);
        }

        bool ownSocket = path.Socket == step.Socket.Handle || (step.ResponsePort is not null && path.Socket == step.OtherSocket!.Handle);
        if (!ownSocket || step.Test == NatTest.Hairpin || (!step.ChangesSource && path.Remote != step.Destination))
        {
            return DropReason.UnexpectedSource;
        }

        switch (_authenticator!.Examine(message, _attempt))
        {
            case AuthenticationVerdict.Challenge when _authenticator.TakeChallenge(message, _attempt) == LongTermFailure.None:
                _transmissions += transaction.TransmissionCount;
                _transaction = null;
                return DropReason.None;
            case AuthenticationVerdict.Challenge:
                message.GetErrorCode(out int code, out _);
                finished = End(now, start, NatTestOutcome.Unauthorized) with { ErrorCode = code, ResponseSource = path.Remote };
                return DropReason.None;
            case AuthenticationVerdict.Discarded or AuthenticationVerdict.IntegrityViolated:
                return DropReason.Unauthenticated;
            default:
                finished = NatResponse.Read(Received(End(now, start, NatTestOutcome.Received), step, path), step, path.Remote, message);
                return DropReason.None;
        }
    }

    public void Dispose()
    {
        foreach (LongTermAuthenticator authenticator in _authenticators.Values)
        {
            authenticator.Dispose();
        }
    }

    private DropReason HandleOwnRequest(MonotonicTime now, MonotonicTime start, AskStep step, in TransportPath path, out NatTestRecord? finished)
    {
        finished = null;
        if (step.Test != NatTest.Hairpin || path.Socket != step.OtherSocket!.Handle)
        {
            return DropReason.UnexpectedMessage;
        }

        finished = Received(End(now, start, NatTestOutcome.Received), step, path) with { ResponseSource = path.Remote };
        return DropReason.None;
    }

    private static NatTestRecord Received(NatTestRecord record, AskStep step, in TransportPath path) =>
        record with { ReceivedOn = path.Socket == step.Socket.Handle ? step.Socket.LocalAddress : step.OtherSocket!.LocalAddress };

    private NatTestRecord End(MonotonicTime now, MonotonicTime start, NatTestOutcome outcome)
    {
        AskStep step = _step!;
        int transmissions = _transmissions + _transaction!.TransmissionCount;
        _step = null;
        _transaction = null;
        return new NatTestRecord
        {
            Test = step.Test,
            At = _begun!.Value - start,
            Duration = now - _begun.Value,
            LocalAddress = step.Socket.LocalAddress,
            Destination = step.Destination,
            Outcome = outcome,
            ChangeIp = step.ChangeIp,
            ChangePort = step.ChangePort,
            ResponsePort = step.ResponsePort,
            PaddingBytes = step.PaddingBytes,
            IdleTime = step.IdleTime,
            Transmissions = transmissions,
        };
    }
}
