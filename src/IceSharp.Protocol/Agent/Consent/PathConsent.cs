using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Agent;

/// <summary>The peer's consent to receive on one path of one ICE session: from a base to a remote address (RFC 7675 §5).</summary>
internal sealed class PathConsent(CandidateBase from, TransportAddress to)
{
    /// <summary>How long an authenticated response stands for consent (RFC 7675 §5.1).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    /// <summary>When the last authenticated response arrived from the remote address.</summary>
    public MonotonicTime LastResponseAt { get; private set; }

    public MonotonicTime ExpiresAt => LastResponseAt + Lifetime;

    /// <summary>When the next request is due, while the path is in use.</summary>
    public MonotonicTime NextRequestAt { get; set; }

    /// <summary>Why there is no consent any more; null while there is. What is lost stays lost: only other credentials regain it (RFC 7675 §5.1).</summary>
    public IceConsentLoss? Loss { get; private set; }

    public bool IsLost => Loss is not null;

    /// <summary>Round trips of consent requests.</summary>
    public RtoEstimator RoundTrips { get; private set; }

    /// <summary>Consent requests sent so far.</summary>
    public long RequestsSent { get; private set; }

    /// <summary>Requests since the last response.</summary>
    public int Unanswered { get; private set; }

    public bool IsPath(CandidateBase from, TransportAddress to) => ReferenceEquals(From, from) && To == to;

    public bool IsFresh(MonotonicTime now) => !IsLost && now < ExpiresAt;

    /// <summary>An authenticated response came; nothing else renews consent, neither requests nor data of the peer.</summary>
    public void Renew(MonotonicTime now, TimeSpan? roundTrip)
    {
        LastResponseAt = now;
        Unanswered = 0;
        RoundTrips = roundTrip is { } measured ? RoundTrips.With(measured) : RoundTrips;
    }

    public void NoteRequest()
    {
        RequestsSent++;
        Unanswered++;
    }

    public void Lose(IceConsentLoss loss) => Loss ??= loss;

    private CandidateBase From { get; } = from;

    private TransportAddress To { get; } = to;
}
