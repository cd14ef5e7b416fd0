using static IceSharp.IceCandidatePairState;

namespace IceSharp.Protocol.Agent;

/// <summary>Evaluates checklists after every change: concluded, failed or running, and with them the agent's state and the data routes (RFC 8445 §6.1.3, §8.1.2, RFC 8863).</summary>
internal sealed class ChecklistProgress(AgentContext context, ChecklistSet checklists, Gatherer gatherer)
{
    // Row: from; column: to. New, Checking, Connected, Completed, Failed, Closed.
    private static readonly bool[,] LegalMoves =
    {
        { false, true, false, false, false, true },
        { false, false, true, true, true, true },
        { false, true, false, true, true, true },
        { false, true, true, false, true, true },
        { false, true, true, true, false, true },
        { false, false, false, false, false, false },
    };

    public IceConnectionState State { get; private set; }

    /// <summary>When patience for the peer's checks ends; Never when that is no longer a question.</summary>
    public MonotonicTime PatienceEndsAt
    {
        get
        {
            MonotonicTime next = MonotonicTime.Never;
            foreach (AgentStream stream in context.Streams)
            {
                next = MonotonicTime.Min(next, EndOfPatience(stream.Current));
            }

            return next;
        }
    }

    public void Evaluate(MonotonicTime now)
    {
        if (State == IceConnectionState.Closed || context.ChecksBeganAt is null)
        {
            return;
        }

        if (State == IceConnectionState.New)
        {
            MoveTo(IceConnectionState.Checking, "both descriptions are known");
        }

        foreach (AgentStream stream in context.Streams.Where(s => s.IsInUse))
        {
            stream.Current.PatienceIsOver |= now >= EndOfPatience(stream.Current);
            EvaluateList(stream);
            for (int component = 1; component <= stream.ComponentCount; component++)
            {
                UpdateRoute(now, stream, component);
            }
        }

        EvaluateAgent();
    }

    public void MoveTo(IceConnectionState next, string reason)
    {
        IceConnectionState previous = State;
        if (previous == next)
        {
            return;
        }

        if (!LegalMoves[(int)previous, (int)next])
        {
            throw new InvalidOperationException($"An agent does not move from {previous} to {next} ({reason}).");
        }

        State = next;
        context.Events.Add(new ConnectionStateChanged(previous, next, reason));
    }

    public static void Unroute(AgentContext context)
    {
        foreach (AgentStream stream in context.Streams)
        {
            for (int component = 1; component <= stream.ComponentCount; component++)
            {
                Publish(context, stream, component, null);
            }
        }
    }

    public static void Unroute(AgentContext context, AgentStream stream, int component) => Publish(context, stream, component, null);

    // The PAC timer runs from the moment when the credentials of both sides are known, candidates or not (RFC 8863 §4).
    private MonotonicTime EndOfPatience(StreamGeneration generation) =>
        generation.ChecksBeganAt is { } began && !generation.PatienceIsOver ? began + context.Options.PatienceTimeout : MonotonicTime.Never;

    private void EvaluateList(AgentStream stream)
    {
        Checklist list = stream.Checklist;
        ChecklistState before = list.State;
        if (stream.Current.EndReason is not null)
        {
            list.State = ChecklistState.Failed;
        }
        else if (AllComponents(stream, c => list.Nominated(c) is not null))
        {
            list.State = ChecklistState.Completed;
        }
        else if (!AllComponents(stream, c => list.Best(c) is not null) && HasNoChance(stream))
        {
            list.State = ChecklistState.Failed;
        }
        else
        {
            list.State = ChecklistState.Running;
        }

        if (list.State == ChecklistState.Failed && before != ChecklistState.Failed)
        {
            context.Events.Add(new StreamFailed(stream.Index, FailureReason(stream)));
        }
    }

    // Everything checked, nothing under way on our side, and patience over. The peer may never say that its candidates ended:
    // patience stands in for that (RFC 8838 §8, RFC 8863 §5).
    private bool HasNoChance(AgentStream stream) =>
        stream.Current.PatienceIsOver
        && !context.Options.IsLite
        && gatherer.State == IceGatheringState.Complete
        && stream.Checklist.Triggered.Count == 0
        && stream.Checklist.Pairs.All(p => p.State is Succeeded or Failed);

    // Failed needs all streams; those that failed do not hold the others up (RFC 8445 §6.1.3, §8.1.2).
    private void EvaluateAgent()
    {
        List<AgentStream> used = context.Streams.FindAll(s => s.IsInUse);
        List<AgentStream> alive = used.FindAll(s => s.Checklist.State != ChecklistState.Failed);
        if (alive.Count == 0)
        {
            MoveTo(IceConnectionState.Failed, used.Count == 0 ? "no data stream uses ICE any more" : string.Join("; ", used.Select(FailureReason)));
        }
        else if (alive.Count == used.Count && alive.TrueForAll(s => s.Checklist.State == ChecklistState.Completed))
        {
            MoveTo(IceConnectionState.Completed, "every component has a nominated pair");
        }
        else if (alive.TrueForAll(s => AllComponents(s, c => s.Checklist.Best(c) is not null || (s.Previous is not null && s.Route(c) is not null))))
        {
            MoveTo(IceConnectionState.Connected, alive.Count == used.Count ? "every component has a valid pair" : "every stream that has not failed has valid pairs");
        }
        else
        {
            MoveTo(IceConnectionState.Checking, "checks are running");
        }
    }

    private static string FailureReason(AgentStream stream) =>
        stream.Previous is null ? FailureOfChecks(stream) : $"{FailureOfChecks(stream)}; the restart has failed, and the previous pair is not used any more";

    private static string FailureOfChecks(AgentStream stream)
    {
        if (stream.Current.EndReason is { } reason)
        {
            return $"stream '{stream.Mid}': {reason}";
        }

        int count = stream.Checklist.Pairs.Count;
        return count == 0
            ? $"stream '{stream.Mid}': no candidate pair could be formed and no check of the peer arrived"
            : $"stream '{stream.Mid}': none of {count} candidate {(count == 1 ? "pair" : "pairs")} works for every component";
    }

    // The answerer sends nothing before every component has a valid pair (RFC 8839 §7.1.1); what flows already goes on.
    private bool IsHeldBack(AgentStream stream)
    {
        if (context.MadeTheOffer != false || stream.UsedComponents == 1 || AllComponents(stream, c => stream.Checklist.Best(c) is not null))
        {
            return false;
        }

        for (int component = 1; component <= stream.ComponentCount; component++)
        {
            if (stream.Route(component) is not null)
            {
                return false;
            }
        }

        return true;
    }

    private void UpdateRoute(MonotonicTime now, AgentStream stream, int component)
    {
        CandidatePair? pair = !stream.Uses(component) || IsHeldBack(stream) || !CanCarryData(stream) ? null : Choose(now, stream, component);
        DataRoute? current = stream.Route(component);
        stream.NoteRouted(now, component, pair is not null, current is not null);
        if (pair is null)
        {
            Publish(context, stream, component, null);
            return;
        }

        bool same = current is not null && current.Peer == pair.Remote.Address && ReferenceEquals(stream.RouteBase(component), pair.Base)
            && current.Pair.IsNominated == pair.IsNominated && ReferenceEquals(stream.RoutePair(component)!.Generation, pair.Generation);
        if (same)
        {
            stream.SetRoutePair(component, pair);
            UpdateChannel(stream, component, current!);
            return;
        }

        if (pair.IsNominated)
        {
            // Until here Send and Data carry checks and data; only the selected pair is worth a channel (RFC 8445 §12.1).
            pair.Base.Allocation?.RequestChannel(now, pair.Remote.Address);
        }

        if (current is not null && stream.RoutePair(component) is { Consent: { } replaced } before && before.Generation != pair.Generation)
        {
            stream.UnprovenFor = now - replaced.LastResponseAt;
        }

        stream.NoteSent(component, now);
        stream.SetRoutePair(component, pair);
        Publish(context, stream, component, new DataRoute
        {
            Stream = stream.Index,
            Component = component,
            Socket = pair.Base.Relay?.Handle ?? pair.Base.Socket.Handle,
            Destination = pair.Base.Relay?.ServerAddress ?? pair.Remote.Address,
            Peer = pair.Remote.Address,
            IsRelayed = pair.Base.IsRelayed,
            Channel = ChannelOf(pair.Base, pair.Remote.Address),
            Pair = pair.ToInfo(),
        });
    }

    // After a restart the previous pair carries data until the new session has selected its own (RFC 8445 §9, §12.1); where the previous
    // one has lost consent or relay, any valid pair of the new session takes over at once. Once ICE has failed, nothing is sent.
    private CandidatePair? Choose(MonotonicTime now, AgentStream stream, int component)
    {
        if (stream.Checklist.State == ChecklistState.Failed)
        {
            return null;
        }

        CandidatePair? previous = stream.Previous is { EndReason: null } session ? session.Checklist.Best(component) : null;
        bool serves = previous is not null && (!context.Options.ConsentFreshness || previous.Consent?.IsFresh(now) != false);
        if (serves && stream.Checklist.State == ChecklistState.Running)
        {
            return previous;
        }

        // A pair that was valid for long before it was selected may have to regain consent first: the previous one bridges that, too.
        return BestWithConsent(now, stream, component) ?? (serves ? previous : null);
    }

    // Consent is kept up on the pair in use only: another one has to regain it first (RFC 7675 §5.1).
    private CandidatePair? BestWithConsent(MonotonicTime now, AgentStream stream, int component)
    {
        while (stream.Checklist.Best(component) is { } best)
        {
            bool usable = !context.Options.ConsentFreshness || best.Consent?.IsFresh(now) != false;
            if (usable)
            {
                return best;
            }

            // The pair that stands for the path in the list now: the one that proved it may have left the list with a nomination.
            CandidatePair proof = best.Generator ?? best;
            CandidatePair? generator = stream.Checklist.FindPath(proof.Base, proof.Remote.Address);
            if (generator is { State: Succeeded })
            {
                checklists.Trigger(generator, "consent has to be regained before it is used");
            }

            if (generator is { State: not Failed })
            {
                return null;
            }

            stream.Checklist.RemoveValid(best);
        }

        return null;
    }

    // A lite agent sends no data before each component has a valid pair (RFC 8445 §12.1.1); after a restart the previous one counts (RFC 8839 §4.4.3.2).
    private bool CanCarryData(AgentStream stream) =>
        stream.Checklist.State != ChecklistState.Failed
        && (!context.Options.IsLite || AllComponents(stream, c => stream.Checklist.Best(c) is not null || stream.Previous?.Checklist.Best(c) is not null));

    // The channel stands, or has ended: the same pair, with other wrapping.
    private void UpdateChannel(AgentStream stream, int component, DataRoute current)
    {
        ushort? channel = ChannelOf(stream.RouteBase(component)!, current.Peer);
        if (channel != current.Channel)
        {
            Publish(context, stream, component, current with { Channel = channel });
        }
    }

    private static ushort? ChannelOf(CandidateBase from, TransportAddress peer) =>
        from.Allocation is { } allocation && allocation.TryGetChannel(peer, out ushort number) ? number : null;

    private static void Publish(AgentContext context, AgentStream stream, int component, DataRoute? route)
    {
        if (ReferenceEquals(stream.Route(component), route))
        {
            return;
        }

        stream.SetRoute(component, route);
        context.Events.Add(new RouteChanged(stream.Index, component, route));
    }

    private static bool AllComponents(AgentStream stream, Func<int, bool> holds)
    {
        for (int component = 1; component <= stream.UsedComponents; component++)
        {
            if (!holds(component))
            {
                return false;
            }
        }

        return true;
    }
}
