using static IceSharp.IceCandidatePairState;

namespace IceSharp.Protocol.Agent;

/// <summary>Concludes components: has the policy decide as controlling agent which valid pair to nominate, and when; takes nominations over as controlled one (RFC 8445 §8).</summary>
internal sealed class Nominations(AgentContext context, ChecklistSet checklists, Evidence evidence, Action<CandidatePair> cancelCheck, Func<bool> gatheringIsComplete)
{
    /// <summary>When the controlling agent looks at its evidence again; Never when there is nothing to decide.</summary>
    public MonotonicTime NextDecision
    {
        get => context.Streams.Exists(s => s.Current is { IsDescribed: true, DescribedAt.IsNever: true }) ? MonotonicTime.Zero : field;
        private set;
    } = MonotonicTime.Never;

    /// <summary>Chooses where the policy says so. Called after each change and when <see cref="NextDecision"/> has come.</summary>
    public void Decide(MonotonicTime now)
    {
        NextDecision = MonotonicTime.Never;
        foreach (AgentStream stream in context.Streams)
        {
            if (stream.Current is { IsDescribed: true, DescribedAt.IsNever: true } current)
            {
                current.DescribedAt = now;
            }
        }

        if (!context.Role.IsControlling)
        {
            return;
        }

        foreach (AgentStream stream in context.Streams)
        {
            for (int component = 1; IsOpen(stream.Checklist) && component <= stream.UsedComponents; component++)
            {
                Decide(now, stream.Checklist, component);
            }
        }
    }

    /// <summary>A check with USE-CANDIDATE succeeded, on either side: the pair is nominated and its component concluded (RFC 8445 §8.1.2).</summary>
    public void Nominate(CandidatePair valid)
    {
        Checklist list = valid.Generation.Checklist;
        bool isOutdated = context.Renominates && valid.Generator is { } by && by.Nomination < list.Generation.LatestNomination(valid.Component);
        if (valid.IsNominated || isOutdated)
        {
            return;
        }

        GiveUpEarlierOnes(list, valid);
        valid.IsNominated = true;
        context.Events.Add(new PairNominated(list.Stream.Index, valid.Component, valid.ToInfo()));
        CandidatePair kept = valid.Generator ?? valid;
        foreach (CandidatePair other in list.Pairs.Where(p => p.Component == valid.Component && !ReferenceEquals(p, kept)).ToArray())
        {
            // Who may nominate again goes on looking for better ones.
            if (!context.Renominates || other.Priority < valid.Priority)
            {
                cancelCheck(other);
                list.Remove(other);
            }
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

    // A peer of RFC 8445 nominates again only when its first nomination failed on its side, a browser because it likes another pair
    // better; of several nominations of a peer of RFC 5245 the pair of highest priority counts (RFC 8445 §8.1.1), so all stay.
    private void GiveUpEarlierOnes(Checklist list, CandidatePair valid)
    {
        foreach (CandidatePair earlier in list.Valid.Where(p => p.Component == valid.Component && p.IsNominated).ToArray())
        {
            if (context.Renominates || context.Options.Nomination.FollowsPeer)
            {
                earlier.IsNominated = false;
            }
            else if (context.PeerIsIce2)
            {
                list.RemoveValid(earlier);
            }
        }
    }

    private bool IsOpen(Checklist list) => list.State == ChecklistState.Running || (context.Renominates && list.State == ChecklistState.Completed);

    private void Decide(MonotonicTime now, Checklist list, int component)
    {
        CandidatePair? best = context.Renominates ? list.BestValid(component) : list.Best(component);
        if (best is null || best.IsNominated || IsBeingNominated(list, component))
        {
            return;
        }

        MonotonicTime decidedAt = context.Renominates ? now : context.Options.Nomination.NominateAt(Describe(list, best));
        if (decidedAt > now)
        {
            NextDecision = MonotonicTime.Min(NextDecision, decidedAt);
            return;
        }

        CandidatePair generator = InList(list, best.Generator ?? best);
        generator.NominateWithNextCheck = true;
        generator.Nomination = context.Renominates ? list.Generation.NextNomination(component) : 0;
        checklists.Trigger(generator, "chosen: nominating check is due");
    }

    // An earlier nomination has taken the pair off the list (RFC 8445 §8.1.2) and was lost with its address: the path is checked again.
    private static CandidatePair InList(Checklist list, CandidatePair proof)
    {
        if (list.FindPath(proof.Base, proof.Remote.Address) is { } stands)
        {
            return stands;
        }

        list.Insert(proof);
        return proof;
    }

    private NominationEvidence Describe(Checklist list, CandidatePair best) => new()
    {
        Stream = list.Stream.Index,
        Component = best.Component,
        Best = best.ToInfo(),
        ValidSince = list.Valid.Where(p => p.Component == best.Component).Min(p => p.ValidSince) ?? MonotonicTime.Zero,
        CompleteAt = evidence.CompleteAt(list, best, gatheringIsComplete()),
        LongestRoundTrip = context.LongestRoundTrip,
    };

    private static bool IsBeingNominated(Checklist list, int component) =>
        list.Pairs.Any(p => p.Component == component && p.NominateWithNextCheck && p.State != Failed);
}
