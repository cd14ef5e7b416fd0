using static IceSharp.IceCandidatePairState;

namespace IceSharp.Protocol.Agent;

/// <summary>Concludes components: decides as controlling agent which valid pair to nominate, and when; takes nominations over as controlled one (RFC 8445 §8).</summary>
/// <remarks>
/// The evidence rule: the best valid pair is nominated when no better pair is undecided. A better pair that stays silent counts as
/// decided once it had time for three round trips (the longest seen) after its turn in the list, plus a spread, capped (ADR 0002).
/// </remarks>
internal sealed class Nominations(AgentContext context, ChecklistSet checklists, Action<CandidatePair> cancelCheck)
{
    /// <summary>Round trips a silent pair is given: one for the check, one for the peer's own check that opens its NAT, one for the triggered check.</summary>
    internal const int RoundTripsOfPatience = 3;

    /// <summary>Covers the difference between both agents' starts, that is the time a description travels.</summary>
    internal static readonly TimeSpan Spread = TimeSpan.FromMilliseconds(100);

    /// <summary>However long the list and the round trips, a working pair does not wait longer for a silent one.</summary>
    internal static readonly TimeSpan Cap = TimeSpan.FromSeconds(3);

    /// <summary>When the controlling agent looks at its evidence again; Never when there is nothing to decide.</summary>
    public MonotonicTime NextDecision { get; private set; } = MonotonicTime.Never;

    /// <summary>Chooses where the evidence suffices. Called after each change and when <see cref="NextDecision"/> has come.</summary>
    public void Decide(MonotonicTime now)
    {
        NextDecision = MonotonicTime.Never;
        if (!context.Role.IsControlling)
        {
            return;
        }

        foreach (AgentStream stream in context.Streams)
        {
            for (int component = 1; stream.Checklist.State == ChecklistState.Running && component <= stream.UsedComponents; component++)
            {
                Decide(now, stream.Checklist, component);
            }
        }
    }

    /// <summary>A check with USE-CANDIDATE succeeded, on either side: the pair is nominated and its component concluded (RFC 8445 §8.1.2).</summary>
    public void Nominate(CandidatePair valid)
    {
        Checklist list = valid.Generation.Checklist;
        if (valid.IsNominated)
        {
            return;
        }

        if (context.PeerIsIce2 && list.Nominated(valid.Component) is { } failedAtPeer)
        {
            list.RemoveValid(failedAtPeer);
        }

        valid.IsNominated = true;
        context.Events.Add(new PairNominated(list.Stream.Index, valid.Component, valid.ToInfo()));
        CandidatePair kept = valid.Generator ?? valid;
        foreach (CandidatePair other in list.Pairs.Where(p => p.Component == valid.Component && !ReferenceEquals(p, kept)).ToArray())
        {
            cancelCheck(other);
            list.Remove(other);
        }
    }

    /// <summary>Nominations not yet successful are dropped with the controlling role (RFC 8445 §7.3.1.1).</summary>
    public void OnRoleChanged()
    {
        NextDecision = MonotonicTime.Never;
        foreach (CandidatePair pair in context.Streams.SelectMany(s => s.Checklist.Pairs))
        {
            pair.NominateWithNextCheck = false;
            pair.PeerNominated = false;
        }
    }

    private void Decide(MonotonicTime now, Checklist list, int component)
    {
        if (list.Best(component) is not { } best || best.IsNominated || IsBeingNominated(list, component))
        {
            return;
        }

        MonotonicTime decidedAt = EvidenceCompleteAt(list, best);
        if (decidedAt > now)
        {
            NextDecision = MonotonicTime.Min(NextDecision, decidedAt);
            return;
        }

        CandidatePair generator = best.Generator ?? best;
        generator.NominateWithNextCheck = true;
        checklists.Trigger(generator, "chosen: nominating check is due");
    }

    private static bool IsBeingNominated(Checklist list, int component) =>
        list.Pairs.Any(p => p.Component == component && p.NominateWithNextCheck && p.State != Failed);

    private MonotonicTime EvidenceCompleteAt(Checklist list, CandidatePair best)
    {
        MonotonicTime latest = MonotonicTime.Zero;
        int place = 0;
        foreach (CandidatePair pair in list.Pairs)
        {
            place++;
            bool isBetter = pair.Component == best.Component && pair.Priority > best.Priority && !ReferenceEquals(pair, best.Generator);
            if (isBetter && pair.State is Frozen or Waiting or InProgress)
            {
                latest = MonotonicTime.Max(latest, PatienceEnds(pair, place));
            }
        }

        return latest;
    }

    private MonotonicTime PatienceEnds(CandidatePair pair, int place)
    {
        TimeSpan patience = (RoundTripsOfPatience * context.LongestRoundTrip) + Spread;
        MonotonicTime began = MonotonicTime.Max(pair.CreatedAt, pair.Generation.ChecksBeganAt ?? pair.CreatedAt);
        MonotonicTime byPlace = began + (place * context.Pacer.Ta) + patience;
        MonotonicTime byCheck = pair.FirstCheckAt is { } sent ? sent + patience : byPlace;
        return MonotonicTime.Min(MonotonicTime.Max(byPlace, byCheck), began + Cap);
    }
}
