using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Agent;

/// <summary>Keeps the peer's consent to send on the pairs in use: asks every 4 to 6 s, and takes the pair away when nothing authenticated has answered for 30 s (RFC 7675).</summary>
internal sealed class ConsentFreshness(AgentContext context, ChecklistSet checklists, CheckConclusions conclusions)
{
    // 5 s, each interval drawn anew between 0.8 and 1.2 times that.
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(4), LongestInterval = TimeSpan.FromSeconds(6);

    // In 30 s at least four requests leave; fewer tell that the path was idle.
    private const int RequestsBeforeLoss = 4;

    // So many without an answer, and the relay in between may be gone: its server is asked, long before consent expires.
    private const int RequestsBeforeDoubt = 3;

    // Once only, then 16 timeouts of waiting: long enough for an answer to an earlier request to count beside the latest one.
    private readonly StunRetransmissionSettings _sentOnce = new() { MaxTransmissions = 1 };

    private readonly StunTransactionTable<ConsentRequest> _transactions = new(capacity: 1024);

    public MonotonicTime NextDeadline
    {
        get
        {
            MonotonicTime next = _transactions.NextDeadline;
            foreach (AgentStream stream in context.Streams)
            {
                for (int component = 1; component <= stream.ComponentCount; component++)
                {
                    if (InUse(stream, component) is { Consent: { } consent })
                    {
                        next = MonotonicTime.Min(next, MonotonicTime.Min(consent.NextRequestAt, consent.ExpiresAt));
                    }
                }
            }

            return next;
        }
    }

    /// <summary>When to ask next: drawn anew each time.</summary>
    public static MonotonicTime NextRequest(AgentContext context, MonotonicTime now) => now + context.Draw(ShortestInterval, LongestInterval);

    /// <summary>Whether requests for consent run on the component's pair, so that it needs no other keepalive (RFC 7675 §4).</summary>
    public bool Covers(AgentStream stream, int component) => InUse(stream, component)?.Consent is not null;

    public void HandleTimeout(MonotonicTime now)
    {
        _transactions.HandleTimeout(now);
        while (_transactions.TryTakeExpired(out _))
        {
            // An unanswered request says nothing: only the time since the last answer counts.
        }

        foreach (AgentStream stream in context.Streams)
        {
            for (int component = 1; component <= stream.ComponentCount; component++)
            {
                if (InUse(stream, component) is not { Consent: { } consent } pair)
                {
                    continue;
                }

                if (now >= consent.ExpiresAt)
                {
                    Expire(now, pair, consent);
                }
                else if (now >= consent.NextRequestAt)
                {
                    Ask(now, pair, consent);
                }
            }
        }
    }

    /// <summary>Judges a response whose FINGERPRINT is right; null when it answers no request for consent.</summary>
    public DatagramVerdict? HandleResponse(MonotonicTime now, CandidateBase arrivedAt, TransportAddress source, in StunReader response)
    {
        if (!_transactions.TryFind(response.TransactionId, out StunTransaction<ConsentRequest>? transaction))
        {
            return null;
        }

        ConsentRequest request = transaction.Owner;
        if (response.VerifyIntegrity(request.Credentials.Key) != StunIntegrityStatus.Ok)
        {
            return DatagramVerdict.Dropped(DropReason.Unauthenticated);
        }

        _transactions.Complete(transaction);
        if (!request.Consent.IsPath(arrivedAt, source))
        {
            return DatagramVerdict.Dropped(DropReason.UnexpectedSource);
        }

        if (response.Class == StunClass.SuccessResponse)
        {
            TimeSpan? roundTrip = transaction.RoundTripAt(now);
            request.Consent.Renew(now, roundTrip);
            request.Pair.RoundTripTime = roundTrip ?? request.Pair.RoundTripTime;
            request.Pair.Counters.NoteResponse(now, roundTrip);
        }
        else if (response.GetErrorCode(out int code, out _) == StunAttributeStatus.Ok)
        {
            JudgeError(now, request, code);
        }

        return DatagramVerdict.Consumed;
    }

    /// <summary>The application says that the peer wants no more data on a component.</summary>
    public void Revoke(MonotonicTime now, AgentStream stream, int component)
    {
        if (stream.RoutePair(component) is { } pair)
        {
            Lose(now, pair, IceConsentLoss.Revoked);
        }
    }

    public void Clear() => _transactions.Clear();

    /// <summary>Ends the requests of a session.</summary>
    public void Forget(StreamGeneration generation) => _transactions.RemoveAll(request => ReferenceEquals(request.Pair.Generation, generation));

    private CandidatePair? InUse(AgentStream stream, int component) =>
        context.Options is { ConsentFreshness: true, IsLite: false } && stream.Route(component) is not null ? stream.RoutePair(component) : null;

    private void JudgeError(MonotonicTime now, ConsentRequest request, int code)
    {
        if (code == 403)
        {
            Lose(now, request.Pair, IceConsentLoss.Forbidden);
        }
        else if (code == 487)
        {
            conclusions.OnRoleConflict(request.Role);
        }
    }

    // A path that came into use with an old consent was hardly asked: it regains consent with a check, and is not lost (RFC 7675 §5.1).
    private void Expire(MonotonicTime now, CandidatePair pair, PathConsent consent)
    {
        if (consent.Unanswered >= RequestsBeforeLoss)
        {
            Lose(now, pair, IceConsentLoss.Expired);
        }
    }

    private void Ask(MonotonicTime now, CandidatePair pair, PathConsent consent)
    {
        consent.NextRequestAt = NextRequest(context, now);
        if (pair.Generation.Remote is not { } credentials)
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[CheckMessages.MaxBytes];
        StunTransactionId id = StunTransactionId.Create(context.Random);
        ReadOnlySpan<byte> request = CheckMessages.Request(
            buffer, id, credentials.CheckUsername, pair.Local.CheckPriority, context.Role, useCandidate: false, nomination: null, credentials.Key);
        var owner = new ConsentRequest(pair, consent, credentials, context.Role.Current);
        var schedule = new RetransmissionSchedule(_sentOnce, consent.RoundTrips.TimeoutOr(context.Options.Retransmission.InitialRto));
        if (_transactions.TryStart(now, owner, pair.Base.Socket.Handle, pair.Remote.Address, schedule, request) is not null)
        {
            consent.NoteRequest();
            if (consent.Unanswered >= RequestsBeforeDoubt)
            {
                pair.Base.Allocation?.RefreshNow(now);
            }

            pair.Counters.ConsentRequestsSent++;
            pair.Counters.LastRequestSentAt = now;
            context.Outbox.Add(pair.Base, pair.Remote.Address, request);
        }
    }

    private void Lose(MonotonicTime now, CandidatePair pair, IceConsentLoss loss)
    {
        PathConsent consent = pair.Consent ??= pair.Generation.GetConsent(pair.Base, pair.Remote.Address);
        if (consent.IsLost)
        {
            return;
        }

        consent.Lose(loss);
        _transactions.RemoveAll(request => ReferenceEquals(request.Consent, consent));
        context.Events.Add(new ConsentLost(pair.Local.Stream.Index, pair.Component, pair.ToInfo(), loss, consent.LastResponseAt));
        string reason = Reason(now, consent, loss);
        checklists.OnConsentLost(pair, reason);
        context.SuggestRestart(pair.Local.Stream, reason);
    }

    private static string Reason(MonotonicTime now, PathConsent consent, IceConsentLoss loss) => loss switch
    {
        IceConsentLoss.Forbidden => "the peer has revoked its consent (403)",
        IceConsentLoss.Revoked => "the application has revoked the peer's consent",
        _ => $"consent expired: the last response came {(now - consent.LastResponseAt).TotalSeconds:0.#} s ago",
    };
}
