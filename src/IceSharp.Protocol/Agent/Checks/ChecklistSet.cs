using static IceSharp.IceCandidatePairState;

namespace IceSharp.Protocol.Agent;

/// <summary>The checklists of all streams: forms pairs, keeps their number bounded, freezes and unfreezes, and says which pair is checked next (RFC 8445 §6.1, RFC 8838 §10-12).</summary>
internal sealed class ChecklistSet(AgentContext context)
{
    private int _next;

    /// <summary>Pairs a new local candidate with the remote ones of its stream and component.</summary>
    public void AddLocal(MonotonicTime now, LocalCandidate local) =>
        Form(now, local.Generation, local.Generation.RemoteCandidates.Where(r => r.IsSignalled).Select(r => (local, r)));

    /// <summary>Pairs new remote candidates with the local ones of their stream and component.</summary>
    public void AddRemote(MonotonicTime now, StreamGeneration generation, IReadOnlyList<RemoteCandidate> remotes) =>
        Form(now, generation, from remote in remotes from local in generation.LocalCandidates select (local, remote));

    /// <summary>Adds the pair of a triggered check for a path that no checklist pair has.</summary>
    public CandidatePair? AddLearnt(MonotonicTime now, LocalCandidate local, RemoteCandidate remote)
    {
        Checklist list = local.Generation.Checklist;
        var pair = new CandidatePair(local, remote, now);
        pair.UpdatePriority(context.Role.Current);
        list.Insert(pair);
        Limit();
        return list.Pairs.Contains(pair) ? pair : null;
    }

    /// <summary>Moves a pair's state and tells the host.</summary>
    public void Move(CandidatePair pair, IceCandidatePairState next, string reason)
    {
        IceCandidatePairState previous = pair.State;
        if (previous == next)
        {
            return;
        }

        if (!PairMoves.IsLegal(previous, next))
        {
            throw new InvalidOperationException($"A pair cannot move from {previous} to {next} ({reason}).");
        }

        pair.State = next;
        context.Events.Add(new PairStateChanged(pair.Local.Stream.Index, pair.ToInfo(), previous, reason));
    }

    /// <summary>Puts a pair into its triggered-check queue and sets it to Waiting.</summary>
    public void Trigger(CandidatePair pair, string reason)
    {
        Checklist list = pair.Generation.Checklist;
        list.Trigger(pair);
        Move(pair, Waiting, reason);
        if (list.State == ChecklistState.Failed)
        {
            list.State = ChecklistState.Running;
            list.Generation.EndReason = null;
        }
    }

    /// <summary>Ends a pair without a check: nothing can carry it any more.</summary>
    public void Fail(CandidatePair pair, string reason)
    {
        pair.Generation.Checklist.RemoveTriggered(pair);
        pair.NominateWithNextCheck = false;
        pair.PeerNominated = false;
        pair.Produced = null;
        pair.CurrentCheck = null;
        Move(pair, Failed, reason);
    }

    /// <summary>Ends all pairs of a list that something has taken the ground from, valid ones too.</summary>
    public void FailAll(Checklist list, Func<CandidatePair, bool> which, string reason)
    {
        foreach (CandidatePair valid in list.Valid.Where(which).ToArray())
        {
            list.RemoveValid(valid);
        }

        foreach (CandidatePair pair in list.Pairs.Where(which).ToArray())
        {
            Fail(pair, reason);
        }
    }

    /// <summary>A path may not be sent on any more: its pairs are over, and with a nominated one the session of the stream (RFC 7675 §5.1, RFC 8445 §12.1).</summary>
    public void OnConsentLost(CandidatePair lost, string reason)
    {
        StreamGeneration generation = lost.Generation;
        generation.EndReason = lost.IsNominated ? reason : generation.EndReason;
        foreach (CandidatePair pair in generation.Checklist.Pairs.Union(generation.Checklist.Valid).Where(p => ReferenceEquals(p.Consent, lost.Consent)).ToArray())
        {
            generation.Checklist.RemoveValid(pair);
            Fail(pair, reason);
        }
    }

    /// <summary>A success proves the foundation: its frozen pairs in all checklists may go (RFC 8445 §7.2.5.3.3).</summary>
    public void Unfreeze(CandidatePair proven)
    {
        foreach (CandidatePair pair in AllPairs())
        {
            if (pair.State == Frozen && pair.SharesFoundation(proven))
            {
                Move(pair, Waiting, "a pair of its foundation succeeded");
            }
        }
    }

    /// <summary>Recomputes priorities and order after a role switch.</summary>
    public void OnRoleChanged()
    {
        foreach (AgentStream stream in context.Streams)
        {
            foreach (CandidatePair pair in stream.Checklist.Pairs.Concat(stream.Checklist.Valid))
            {
                pair.UpdatePriority(context.Role.Current);
            }

            stream.Checklist.Sort();
        }
    }

    /// <summary>Whether <see cref="TakeNext"/> would find a pair; changes nothing.</summary>
    public bool HasNext()
    {
        if (context.Options.IsLite)
        {
            return false;
        }

        foreach (AgentStream stream in context.Streams)
        {
            Checklist list = stream.Checklist;
            if (FirstTriggered(list) is not null || BestWaiting(list) is not null || (!HasWaiting(list) && FirstToUnfreeze(list) is not null))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes the pair whose check is due: streams in turn, triggered checks before ordinary ones (RFC 8445 §6.1.4.2).</summary>
    public CandidatePair? TakeNext()
    {
        for (int i = 0; i < context.Streams.Count; i++)
        {
            int index = (_next + i) % context.Streams.Count;
            if (TakeFrom(context.Streams[index].Checklist) is { } pair)
            {
                _next = index + 1;
                return pair;
            }
        }

        return null;
    }

    /// <summary>Pairs that are Waiting or In-Progress, over all checklists.</summary>
    public int CountActive() => AllPairs().Count(p => p.State is Waiting or InProgress);

    /// <summary>Whether a pair above a priority still waits for its first check and could be sent now.</summary>
    public static bool HasUncheckedAbove(Checklist list, ulong priority)
    {
        foreach (CandidatePair pair in list.Pairs)
        {
            if (pair.State == Waiting && pair.FirstCheckAt is null && pair.Priority > priority && IsReady(pair))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>All pairs of all checklists.</summary>
    public int CountAll() => AllPairs().Count();

    private CandidatePair? TakeFrom(Checklist list)
    {
        if (FirstTriggered(list) is { } triggered)
        {
            list.RemoveTriggered(triggered);
            return triggered;
        }

        // One a foundation: the first one that is unfrozen blocks the rest.
        if (!HasWaiting(list))
        {
            while (FirstToUnfreeze(list) is { } frozen)
            {
                Move(frozen, Waiting, "nothing of its foundation is under way");
            }
        }

        return BestWaiting(list);
    }

    // Who may nominate again goes on looking for better pairs.
    private bool IsOpen(Checklist list) => list.State == ChecklistState.Running || (context.Renominates && list.State == ChecklistState.Completed);

    private static CandidatePair? FirstTriggered(Checklist list)
    {
        foreach (CandidatePair pair in list.Triggered)
        {
            if (IsReady(pair))
            {
                return pair;
            }
        }

        return null;
    }

    private CandidatePair? BestWaiting(Checklist list)
    {
        if (!IsOpen(list))
        {
            return null;
        }

        CandidatePair? best = null;
        foreach (CandidatePair pair in list.Pairs)
        {
            if (pair.State == Waiting && IsReady(pair)
                && (best is null || pair.Priority > best.Priority || (pair.Priority == best.Priority && pair.Component < best.Component)))
            {
                best = pair;
            }
        }

        return best;
    }

    private static bool HasWaiting(Checklist list)
    {
        foreach (CandidatePair pair in list.Pairs)
        {
            if (pair.State == Waiting)
            {
                return true;
            }
        }

        return false;
    }

    private CandidatePair? FirstToUnfreeze(Checklist list)
    {
        if (!IsOpen(list))
        {
            return null;
        }

        foreach (CandidatePair pair in list.Pairs)
        {
            if (pair.State == Frozen && IsReady(pair) && !IsUnderWay(pair))
            {
                return pair;
            }
        }

        return null;
    }

    private bool IsUnderWay(CandidatePair foundation)
    {
        foreach (CandidatePair other in AllPairs())
        {
            if (other.State is Waiting or InProgress && other.SharesFoundation(foundation))
            {
                return true;
            }
        }

        return false;
    }

    // Checks leave a relay only after the server permits the peer's address (RFC 8445 §7.2.1).
    private static bool IsReady(CandidatePair pair) =>
        pair.Base.Allocation is not { } allocation || allocation.HasPermission(pair.Remote.Address.Address);

    private void Form(MonotonicTime now, StreamGeneration generation, IEnumerable<(LocalCandidate Local, RemoteCandidate Remote)> combinations)
    {
        var formed = new List<CandidatePair>();
        foreach ((LocalCandidate local, RemoteCandidate remote) in combinations)
        {
            if (CanForm(generation.Checklist, local, remote))
            {
                var pair = new CandidatePair(local, remote, now);
                pair.UpdatePriority(context.Role.Current);
                generation.Checklist.Insert(pair);
                formed.Add(pair);
            }
        }

        Limit();
        foreach (CandidatePair pair in formed.Where(generation.Checklist.Pairs.Contains))
        {
            Settle(pair);
            if (pair.Base.Allocation?.RequestPermission(now, pair.Remote.Address.Address) == false)
            {
                Fail(pair, "the relay takes no further peer");
            }
        }
    }

    // A reflexive candidate sends from its base, and the base's own pair with the same remote candidate always ranks higher:
    // replacing and pruning (RFC 8445 §6.1.2.4) leave just the pairs of bases.
    private bool CanForm(Checklist list, LocalCandidate local, RemoteCandidate remote)
    {
        if (context.Options.IsLite && !context.PeerIsLite)
        {
            return false;
        }

        if (local.Component != remote.Component || !AddressRules.CanPair(local.Base.Address.Address, remote.Address.Address))
        {
            return false;
        }

        return local.StandsForBase
            && (list.Nominated(local.Component) is null || context.Renominates)
            && list.FindPath(local.Base, remote.Address) is null;
    }

    // RFC 8838 §12; with all candidates known beforehand this gives the initial states of RFC 8445 §6.1.2.6.
    private void Settle(CandidatePair pair)
    {
        bool proven = AllPairs().Any(other => other.State == Succeeded && other.SharesFoundation(pair));
        if (proven || ReferenceEquals(TopOfFoundation(pair), pair))
        {
            Move(pair, Waiting, proven ? "a pair of its foundation succeeded" : "first of its foundation");
        }
    }

    // The first checklist that has the foundation decides, then the lowest component, then the highest priority.
    private CandidatePair TopOfFoundation(CandidatePair pair)
    {
        foreach (AgentStream stream in context.Streams)
        {
            CandidatePair? top = stream.Checklist.Pairs.Where(p => p.SharesFoundation(pair))
                .OrderBy(p => p.Component).ThenByDescending(p => p.Priority).FirstOrDefault();
            if (top is not null)
            {
                return top;
            }
        }

        return pair;
    }

    // The limit holds for the whole set and is cut evenly from the low end, failed pairs first (RFC 8445 §6.1.2.5, RFC 8838 §10).
    private void Limit()
    {
        while (context.Streams.Sum(s => s.Checklist.Pairs.Count) > context.Options.MaxCandidatePairs)
        {
            AgentStream largest = context.Streams.MaxBy(s => s.Checklist.Pairs.Count)!;
            CandidatePair? victim = largest.Checklist.Pairs.LastOrDefault(p => p.State == Failed)
                ?? largest.Checklist.Pairs.LastOrDefault(p => p.State is Frozen or Waiting);
            if (victim is null)
            {
                return;
            }

            context.Limits.Note(IceAgentLimit.CandidatePairs);
            largest.Checklist.Remove(victim);
        }
    }

    private IEnumerable<CandidatePair> AllPairs()
    {
        foreach (AgentStream stream in context.Streams)
        {
            foreach (CandidatePair pair in stream.Checklist.Pairs)
            {
                yield return pair;
            }
        }
    }
}
