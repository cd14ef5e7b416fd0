using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Transactions;
using static IceSharp.IceCandidatePairState;

namespace IceSharp.Protocol.Agent;

/// <summary>Checks as STUN client: sends them, repeats them, and judges what comes back (RFC 8445 §7.2).</summary>
internal sealed class CheckInitiator(AgentContext context, ChecklistSet checklists, CheckConclusions conclusions)
{
    private const int MaxRoleConflicts = 8;
    private static readonly TimeSpan LeastRto = TimeSpan.FromMilliseconds(500);

    private readonly StunTransactionTable<CheckAttempt> _transactions = new(capacity: 1024);

    public MonotonicTime NextDeadline => _transactions.NextDeadline;

    /// <summary>Sends the first copy of a check. The caller has taken a pacing slot.</summary>
    public void Start(MonotonicTime now, CandidatePair pair)
    {
        if (pair.Generation.Remote is not { } credentials)
        {
            return;
        }

        Cancel(pair);
        bool useCandidate = pair.NominateWithNextCheck && context.Role.IsControlling;
        uint? nomination = useCandidate && context.Renominates ? pair.Nomination : null;
        var attempt = new CheckAttempt(pair, credentials, context.Role.Current, pair.Local.CheckPriority, useCandidate, nomination);
        Span<byte> buffer = stackalloc byte[CheckMessages.MaxBytes];
        StunTransactionId id = StunTransactionId.Create(context.Random);
        ReadOnlySpan<byte> request = CheckMessages.Request(
            buffer, id, credentials.CheckUsername, attempt.Priority, context.Role, useCandidate, nomination, credentials.Key);
        var schedule = new RetransmissionSchedule(context.Options.Retransmission, Rto());
        if (_transactions.TryStart(now, attempt, pair.Base.Socket.Handle, pair.Remote.Address, schedule, request) is null)
        {
            // The pair waits for its next turn.
            context.Limits.Note(IceAgentLimit.Transactions);
            checklists.Trigger(pair, "too many checks on their way");
            return;
        }

        pair.CurrentCheck = id;
        pair.FirstCheckAt ??= now;
        pair.Counters.RequestsSent++;
        pair.Counters.LastRequestSentAt = now;
        pair.LastCheckAt = now;
        checklists.Move(pair, Waiting, "check is due");
        checklists.Move(pair, InProgress, useCandidate ? "nominating check sent" : "check sent");
        context.Outbox.Add(pair.Base, pair.Remote.Address, request);
    }

    /// <summary>Stops the copies of the pair's check; a late answer still counts, silence is no failure (RFC 8445 §7.3.1.4).</summary>
    public void Cancel(CandidatePair pair)
    {
        if (pair.CurrentCheck is { } id && _transactions.TryFind(id, out StunTransaction<CheckAttempt>? transaction))
        {
            _transactions.Cancel(transaction);
        }

        pair.CurrentCheck = null;
    }

    public void HandleTimeout(MonotonicTime now)
    {
        _transactions.HandleTimeout(now);
        while (_transactions.TryTakeRetransmission(out StunTransaction<CheckAttempt>? transaction))
        {
            transaction.Owner.Pair.Counters.RetransmissionsSent++;
            transaction.Owner.Pair.LastCheckAt = now;
            context.Outbox.Add(transaction.Owner.Pair.Base, transaction.Destination, transaction.Request);
        }

        while (_transactions.TryTakeExpired(out StunTransaction<CheckAttempt>? transaction))
        {
            CheckAttempt attempt = transaction.Owner;
            if (!transaction.IsCancelled && attempt.Pair.CurrentCheck == transaction.Id)
            {
                attempt.Pair.CurrentCheck = null;
                conclusions.OnFailed(attempt, attempt.SawUnauthenticatedAnswer ? "answers failed authentication: wrong ufrag or password?" : "no answer in time");
            }
        }
    }

    /// <summary>Judges a response whose FINGERPRINT is right.</summary>
    public DatagramVerdict HandleResponse(MonotonicTime now, CandidateBase arrivedAt, TransportAddress source, in StunReader response)
    {
        if (!_transactions.TryFind(response.TransactionId, out StunTransaction<CheckAttempt>? transaction))
        {
            return DatagramVerdict.Dropped(DropReason.UnmatchedResponse);
        }

        // A forged or foreign answer changes nothing: the request goes on being repeated. That includes 400 and 401,
        // which by rule carry no integrity (RFC 8489 §9.1.4).
        CheckAttempt attempt = transaction.Owner;
        if (response.VerifyIntegrity(attempt.Credentials.Key) != StunIntegrityStatus.Ok)
        {
            attempt.SawUnauthenticatedAnswer = true;
            return DatagramVerdict.Dropped(DropReason.Unauthenticated);
        }

        TimeSpan? roundTrip = transaction.RoundTripAt(now);

        context.NoteRoundTrip(Yardstick(now, transaction));
        _transactions.Complete(transaction);
        attempt.Pair.Counters.NoteResponse(now, roundTrip);
        if (attempt.Pair.CurrentCheck == transaction.Id)
        {
            attempt.Pair.CurrentCheck = null;
        }

        arrivedAt.Accept(source);
        Judge(now, attempt, arrivedAt, source, roundTrip, response);
        return DatagramVerdict.Consumed;
    }

    /// <summary>The network says that nobody listens where a check went: a hard error ends it (RFC 8445 §7.2.5.2.2).</summary>
    /// <returns>Whether a check was on its way from there to there.</returns>
    public bool HandleUnreachable(CandidateBase from, TransportAddress destination)
    {
        foreach (AgentStream stream in context.Streams)
        {
            if (stream.Checklist.FindPath(from, destination) is { State: InProgress, CurrentCheck: { } id } pair
                && _transactions.TryFind(id, out StunTransaction<CheckAttempt>? transaction))
            {
                Cancel(pair);
                conclusions.OnFailed(transaction.Owner, "the network says that nobody listens there");
                return true;
            }
        }

        return false;
    }

    public void Clear() => _transactions.Clear();

    /// <summary>Ends the checks of a session: their answers find nobody any more.</summary>
    public void Forget(StreamGeneration generation) => _transactions.RemoveAll(attempt => ReferenceEquals(attempt.Pair.Generation, generation));

    private void Judge(MonotonicTime now, CheckAttempt attempt, CandidateBase arrivedAt, TransportAddress source, TimeSpan? roundTrip, in StunReader response)
    {
        // A conflict of roles counts from wherever its answer comes (RFC 8445 §7.2.5.1 stands before §7.2.5.2.1): behind a NAT that
        // maps each contact anew no answer is symmetric before both sides have checked, and they cannot while the roles are the same.
        if (IsRoleConflict(response))
        {
            if (++attempt.Pair.RoleConflicts <= MaxRoleConflicts)
            {
                conclusions.OnRoleConflict(attempt);
                return;
            }

            context.Limits.Note(IceAgentLimit.RoleConflicts);
            conclusions.OnFailed(attempt, "the peer finds a role conflict again and again");
            return;
        }

        // Authenticated, so the asymmetry is real and not a forgery (RFC 8445 §7.2.5.2.1).
        if (!ReferenceEquals(arrivedAt, attempt.Pair.Base) || source != attempt.Pair.Remote.Address)
        {
            if (!attempt.Pair.Remote.IsSignalled)
            {
                attempt.Pair.Base.NoteVainLearning(attempt.Pair.Generation);
            }

            attempt.Pair.AnsweredFromElsewhereAt = now;
            conclusions.OnFailed(attempt, $"answered from {source} instead of {attempt.Pair.Remote.Address}");
            return;
        }

        if (response.Class == StunClass.ErrorResponse)
        {
            JudgeError(attempt, response);
            return;
        }

        Span<StunAttributeType> unknown = stackalloc StunAttributeType[1];
        if (response.GetXorAddress(StunAttributeType.XorMappedAddress, out TransportAddress mapped) != StunAttributeStatus.Ok
            || StunComprehension.CollectUnknown(response, unknown) > 0)
        {
            conclusions.OnFailed(attempt, "the answer has no usable XOR-MAPPED-ADDRESS or unknown required attributes");
            return;
        }

        if (roundTrip is { } measured)
        {
            attempt.Pair.RoundTripTime = measured;
        }

        conclusions.OnSucceeded(now, attempt, mapped);
    }

    // Which copy was answered is unknown after a repeat. As a yardstick for silence the longest possible time serves, which is right on a slow
    // link; but where two copies were lost, a NAT or a relay was closed to them, and the answer is to one of the last two.
    private TimeSpan Yardstick(MonotonicTime now, StunTransaction<CheckAttempt> transaction)
    {
        bool lostSome = transaction.TransmissionCount > 2 && transaction.Owner.Pair.CurrentCheck == transaction.Id;
        return lostSome && transaction.Owner.Pair.LastCheckAt is { } last
            ? now - last + context.Options.Retransmission.InitialRto
            : now - transaction.FirstSent;
    }

    private static bool IsRoleConflict(in StunReader response) =>
        response.Class == StunClass.ErrorResponse && response.GetErrorCode(out int code, out _) == StunAttributeStatus.Ok && code == 487;

    private void JudgeError(CheckAttempt attempt, in StunReader response)
    {
        response.GetErrorCode(out int code, out _);
        if (code is >= 500 and < 600 && attempt.Pair.ServerErrors++ < 4)
        {
            checklists.Trigger(attempt.Pair, $"answered with error {code}, tried again");
        }
        else
        {
            conclusions.OnFailed(attempt, $"answered with error {code}");
        }
    }

    // RFC 8445 §14.3 multiplies by the number of checks twice, which is 500 s for 100 pairs; by default we take the sum of all that is
    // under way, because then the first repeat follows the last first transmission, as its appendix B.1 explains (ADR 0003).
    private TimeSpan Rto()
    {
        TimeSpan configured = context.Options.Retransmission.InitialRto;
        TimeSpan floor = configured > LeastRto ? configured : LeastRto;
        TimeSpan computed = context.Options.CheckRto switch
        {
            CheckRtoRule.Linear => context.Pacer.Ta * checklists.CountActive(),
            CheckRtoRule.Literal => context.Pacer.Ta * checklists.CountAll() * checklists.CountActive(),
            _ => floor,
        };
        return computed > floor ? computed : floor;
    }
}
