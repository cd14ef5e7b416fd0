using static IceSharp.IceCandidatePairState;

namespace IceSharp.Protocol.Agent;

/// <summary>What follows from the end of a check: learnt candidates, valid pairs, states, roles and the nominated flag (RFC 8445 §7.2.5).</summary>
internal sealed class CheckConclusions(AgentContext context, ChecklistSet checklists, Nominations nominations)
{
    public void OnSucceeded(MonotonicTime now, CheckAttempt attempt, TransportAddress mapped)
    {
        CandidatePair pair = attempt.Pair;
        Checklist list = pair.Generation.Checklist;
        if (pair.Generation.FindConsent(pair.Base, pair.Remote.Address) is { IsLost: true })
        {
            // Too late: these credentials are used up on this path (RFC 7675 §5.1).
            return;
        }

        LocalCandidate local = FindLocal(pair, mapped) ?? LearnLocal(attempt, mapped);
        CandidatePair valid = FindOrMakeValid(now, pair, local);

        pair.Produced = valid;
        valid.Generator = pair;
        valid.RoundTripTime = pair.RoundTripTime;
        GiveConsent(now, pair);
        GiveConsent(now, valid);
        list.RemoveTriggered(pair);
        list.AddValid(now, valid);
        checklists.Move(pair, Succeeded, ReferenceEquals(pair, valid) ? "check answered" : $"check answered, seen as {mapped}");
        checklists.Move(valid, Succeeded, "proven by a check");
        checklists.Unfreeze(pair);

        bool nominates = context.Role.IsControlling ? attempt.UseCandidate : pair.PeerNominated;
        if (nominates)
        {
            pair.NominateWithNextCheck = false;
            nominations.Nominate(valid);
        }
        else if (pair.NominateWithNextCheck && context.Role.IsControlling)
        {
            // An ordinary check was on its way when the pair was chosen.
            checklists.Trigger(pair, "nominating check is due");
        }
    }

    public void OnFailed(CheckAttempt attempt, string reason)
    {
        CandidatePair pair = attempt.Pair;
        Checklist list = pair.Generation.Checklist;
        bool nominating = attempt.UseCandidate || pair.PeerNominated;
        if (nominating && pair.Produced is { } valid)
        {
            list.RemoveValid(valid);
            pair.Produced = null;
        }

        pair.NominateWithNextCheck = false;
        if (pair.State == InProgress || (nominating && pair.State == Succeeded))
        {
            checklists.Move(pair, Failed, reason);
        }
    }

    /// <summary>A 487: the role becomes the opposite of the one that the refused check showed, so that several of them switch once (RFC 8445 §7.2.5.1).</summary>
    public void OnRoleConflict(CheckAttempt attempt)
    {
        OnRoleConflict(attempt.Role);
        checklists.Trigger(attempt.Pair, "role conflict");
    }

    /// <summary>A 487 to a request that is not repeated, for consent.</summary>
    public void OnRoleConflict(IceRole shown)
    {
        IceRole next = shown == IceRole.Controlling ? IceRole.Controlled : IceRole.Controlling;
        context.Role.RenewTieBreaker();
        SwitchTo(next, "the peer refused a check for a role conflict");
    }

    /// <summary>Takes a role over; does nothing when the agent already has it.</summary>
    public void SwitchTo(IceRole role, string reason)
    {
        if (context.Role.Current == role)
        {
            return;
        }

        context.Role.Decide(role, reason);
        checklists.OnRoleChanged();
        nominations.OnRoleChanged();
    }

    // Consent begins with the check that proves the path (RFC 7675 §5).
    private void GiveConsent(MonotonicTime now, CandidatePair pair)
    {
        if (pair.Consent is null)
        {
            pair.Consent = pair.Generation.GetConsent(pair.Base, pair.Remote.Address);
            pair.Consent.NextRequestAt = ConsentFreshness.NextRequest(context, now);
        }

        pair.Consent.Renew(now, roundTrip: null);
    }

    private static LocalCandidate? FindLocal(CandidatePair pair, TransportAddress mapped)
    {
        LocalCandidate? other = null;
        foreach (LocalCandidate candidate in pair.Generation.LocalCandidates)
        {
            if (candidate.Component == pair.Component && candidate.Address == mapped)
            {
                if (ReferenceEquals(candidate.Base, pair.Base))
                {
                    return candidate;
                }

                other = candidate;
            }
        }

        return other;
    }

    // A peer-reflexive candidate of our own: not paired with anything (RFC 8445 §7.2.5.3.1).
    private LocalCandidate LearnLocal(CheckAttempt attempt, TransportAddress mapped)
    {
        LocalCandidate from = attempt.Pair.Local;
        var learnt = new LocalCandidate(
            from.Generation,
            from.Component,
            IceCandidateType.PeerReflexive,
            mapped,
            from.Base,
            from.Base.Address,
            context.Foundations.Get(IceCandidateType.PeerReflexive, from.Base.Address.Address, default),
            from.LocalPreference,
            attempt.Priority);
        if (from.Generation.LocalCandidates.Count < context.Options.MaxRemoteCandidates * 2)
        {
            from.Generation.LocalCandidates.Add(learnt);
        }

        return learnt;
    }

    private CandidatePair FindOrMakeValid(MonotonicTime now, CandidatePair pair, LocalCandidate local)
    {
        Checklist list = pair.Generation.Checklist;
        if (pair.Local.Address == local.Address)
        {
            return pair;
        }

        if (list.FindValid(local.Address, local.Base, pair.Remote.Address) is { } known)
        {
            return known;
        }

        if (local.StandsForBase && list.FindPath(local.Base, pair.Remote.Address) is { } inChecklist)
        {
            return inChecklist;
        }

        var made = new CandidatePair(local, pair.Remote, now);
        made.UpdatePriority(context.Role.Current);
        made.Counters = pair.Counters;
        return made;
    }
}
