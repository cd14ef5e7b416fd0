using System.Globalization;
using static IceSharp.IceCandidatePairState;

namespace IceSharp.Protocol.Agent;

/// <summary>What an authenticated check of the peer brings about: a learnt remote candidate, a triggered check, a nomination (RFC 8445 §7.3.1.3 to §7.3.1.5).</summary>
internal sealed class TriggeredChecks(AgentContext context, ChecklistSet checklists, CheckInitiator initiator, Nominations nominations, LiteSelection lite)
{
    /// <summary>Checks kept for one stream until the peer's description is known.</summary>
    internal const int MaxEarlyChecks = 32;

    /// <summary>Learnt addresses that answered from elsewhere, after which a base learns no more: where both NATs give every contact a
    /// new port and let everybody in, each check is seen from one address more, for ever, and takes the turn of every ordinary check.</summary>
    private const int MaxVainLearning = 4;

    private int _learnt;

    public void OnCheck(MonotonicTime now, EarlyCheck check)
    {
        StreamGeneration generation = check.Generation;
        if (generation.Remote is null)
        {
            Remember(generation, check);
            return;
        }

        if (generation == generation.Stream.Previous)
        {
            // The peer still uses the previous pair: it has its answer, and the session in force has nothing of it.
            return;
        }

        // A check of another session with this agent (a forked offer) or of credentials that are no longer in force.
        if (!check.RemoteUfrag.AsSpan().SequenceEqual(generation.Remote.UfragBytes))
        {
            return;
        }

        if (generation.FindConsent(check.Base, check.Source) is { IsLost: true })
        {
            // Answered for the peer's sake; these credentials do not bring the path back (RFC 7675 §5.1).
            return;
        }

        generation.PeerBeganAt ??= now;

        // A nomination counts though there is one already: a peer of RFC 8445 nominates again only when the first one failed on its
        // side (§7.2.5.3.4), where our answer was lost; refusing would leave the two on different pairs.
        bool isNominated = check.UseCandidate && context.Role.Current == IceRole.Controlled && IsNewNomination(check);
        if (context.Options.IsLite && !isNominated)
        {
            return;
        }

        CandidatePair? pair = generation.Checklist.FindPath(check.Base, check.Source)
            ?? (NominatesOnce ? null : generation.Checklist.FindProvenPath(check.Base, check.Source))
            ?? Learn(now, check, isNominated);
        if (pair is null || (IsSettled(pair) && !isNominated && !pair.PeerNominated))
        {
            return;
        }

        if (context.Options.IsLite)
        {
            lite.Accept(now, pair);
            return;
        }

        Trigger(pair);
        if (isNominated)
        {
            pair.Nomination = check.Nomination ?? 0;
            AcceptNomination(pair);
        }
    }

    /// <summary>Works the checks in that came before the peer's description (RFC 8445 §7.3).</summary>
    public void Replay(MonotonicTime now, StreamGeneration generation)
    {
        EarlyCheck[] early = [.. generation.EarlyChecks];
        generation.EarlyChecks.Clear();
        foreach (EarlyCheck check in early)
        {
            OnCheck(now, check);
        }
    }

    private void Remember(StreamGeneration generation, EarlyCheck check)
    {
        int same = generation.EarlyChecks.FindIndex(e => ReferenceEquals(e.Base, check.Base) && e.Source == check.Source);
        if (same >= 0)
        {
            EarlyCheck known = generation.EarlyChecks[same];
            generation.EarlyChecks[same] = check with { UseCandidate = check.UseCandidate || known.UseCandidate };
        }
        else if (generation.EarlyChecks.Count < MaxEarlyChecks)
        {
            generation.EarlyChecks.Add(check);
        }
        else
        {
            context.Limits.Note(IceAgentLimit.EarlyChecks);
        }
    }

    // Where both agents renominate, the highest value counts and not the order of arrival.
    private bool IsNewNomination(EarlyCheck check) =>
        !context.Renominates || (check.Nomination is { } value && check.Generation.TryTakeNomination(check.Base.Socket.Component, value));

    // Once the component is decided, checks on other paths are answered and no more; a peer of RFC 5245 may still nominate another one.
    private bool IsSettled(CandidatePair pair) =>
        pair.Generation.Checklist.Nominated(pair.Component) is { } nominated && !ReferenceEquals(nominated.Generator ?? nominated, pair) && NominatesOnce;

    private bool NominatesOnce => context.PeerIsIce2 && !context.Renominates;

    private void Trigger(CandidatePair pair)
    {
        // The peer's own check has opened the way for the one that follows.
        pair.HadSecondRound = true;
        switch (pair.State)
        {
            case Succeeded:
                return;
            case InProgress:
                initiator.Cancel(pair);
                checklists.Trigger(pair, "the peer checks it too");
                return;
            default:
                checklists.Trigger(pair, "the peer checks it");
                return;
        }
    }

    private void AcceptNomination(CandidatePair pair)
    {
        pair.PeerNominated = true;
        if (pair.State == Succeeded && pair.Produced is { } valid)
        {
            nominations.Nominate(valid);
        }
    }

    private CandidatePair? Learn(MonotonicTime now, EarlyCheck check, bool isNominated)
    {
        StreamGeneration generation = check.Generation;
        int component = check.Base.Socket.Component;
        bool canMatter = generation.Checklist.Nominated(component) is null || !NominatesOnce;
        if (generation.CandidateOf(check.Base) is not { } local || !(isNominated || canMatter))
        {
            return null;
        }

        if (!isNominated && check.Base.VainLearning(generation) >= MaxVainLearning)
        {
            context.Limits.Note(IceAgentLimit.VainLearning);
            return null;
        }

        RemoteCandidate? remote = generation.RemoteCandidates.Find(r => r.Address == check.Source && r.Component == component);
        if (remote is null)
        {
            if (generation.RemoteCandidates.Count(r => !r.IsSignalled) >= Math.Max(1, context.Options.MaxRemoteCandidates / 2)
                || generation.RemoteCandidates.Count >= context.Options.MaxRemoteCandidates)
            {
                context.Limits.Note(IceAgentLimit.LearntCandidates);
                return null;
            }

            remote = new RemoteCandidate(Describe(generation, component, check), isSignalled: false);
            generation.RemoteCandidates.Add(remote);
        }

        return check.Base.Allocation?.RequestPermission(now, check.Source.Address) == false ? null : checklists.AddLearnt(now, local, remote);
    }

    // The foundation only has to differ from all others of the peer.
    private IceCandidate Describe(StreamGeneration generation, int component, EarlyCheck check) => new()
    {
        Foundation = string.Create(CultureInfo.InvariantCulture, $"prflx{++_learnt}"),
        Component = component,
        Priority = check.Priority,
        Address = check.Source,
        Type = IceCandidateType.PeerReflexive,
        Mid = generation.Stream.Mid,
        Ufrag = generation.Remote?.Ufrag,
    };
}
