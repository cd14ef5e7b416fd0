namespace IceSharp.Protocol.Agent;

/// <summary>ICE restarts: begins a session beside the one in force, puts it in force when the peer's new credentials are known, and lets the previous one go when nobody uses it any more (RFC 8445 §9).</summary>
/// <remarks>
/// A stream has at most three sessions: the previous one, whose pairs carry data until the current one has selected its own; the current
/// one; and one that this agent has begun and the peer has not answered yet.
/// </remarks>
internal sealed class Restarts(AgentContext context, CheckInitiator initiator, ConsentFreshness consent, Gatherer gatherer)
{
    // A peer that still sends on its previous pair asks for consent there every 4 to 6 s.
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(6);

    // The wait after completion (RFC 8445 §8.3), and the time that an answer gives a peer consent for (RFC 7675 §5.1).
    private static readonly TimeSpan ShortestRetention = TimeSpan.FromSeconds(3), LongestRetention = TimeSpan.FromSeconds(30);

    public MonotonicTime NextDeadline
    {
        get
        {
            MonotonicTime next = MonotonicTime.Never;
            foreach (AgentStream stream in context.Streams)
            {
                next = MonotonicTime.Min(next, RetiresAt(stream));
            }

            return next;
        }
    }

    /// <summary>This agent wants a restart: fresh credentials, and candidates for them. The session in force goes on until the peer answers.</summary>
    public void Begin(MonotonicTime now, AgentStream stream)
    {
        if (!stream.IsInUse)
        {
            return;
        }

        stream.BeginRestart(now, context.Random);
        if (stream.Current.Remote is null)
        {
            // Nobody has answered the first session either: there is nothing to keep.
            Promote(stream);
        }

        gatherer.Regather(now, stream);
    }

    /// <summary>The stream is not used any more: none of its sessions checks, nominates or keeps consent.</summary>
    public void Abandon(AgentStream stream)
    {
        foreach (StreamGeneration generation in new[] { stream.Pending, stream.Previous }.OfType<StreamGeneration>())
        {
            Drop(generation);
        }

        (stream.Pending, stream.Previous) = (null, null);
        initiator.Forget(stream.Current);
        consent.Forget(stream.Current);
    }

    /// <summary>Gives up a restart that the peer has not answered.</summary>
    public bool Rollback(AgentStream stream)
    {
        if (stream.Pending is not { } pending)
        {
            return false;
        }

        stream.Pending = null;
        Drop(pending);
        return true;
    }

    /// <summary>The peer shows other credentials: its answer to our restart, or a restart of its own. Both at once are the same.</summary>
    public void Accept(MonotonicTime now, AgentStream stream, string ufrag, string password)
    {
        bool isOurs = stream.Pending is not null;
        if (!isOurs)
        {
            stream.BeginRestart(now, context.Random);
        }

        Promote(stream);
        stream.Current.SetRemote(ufrag, password);
        stream.Current.ChecksBeganAt = now;
        context.Events.Add(new StreamRestarted(stream.Index, stream.Current.Number, isOurs));
        if (!isOurs)
        {
            gatherer.Regather(now, stream);
        }
    }

    /// <summary>Another branch of a forked offer has answered it: the credentials and candidates that it was offered meet another peer, and the branch before goes as the session before a restart does (RFC 8839 §7).</summary>
    public void TurnTo(MonotonicTime now, AgentStream stream, string ufrag, string password)
    {
        stream.BeginBranch(now);
        Promote(stream);
        stream.Current.SetRemote(ufrag, password);
        stream.Current.ChecksBeganAt = now;
        context.Events.Add(new StreamRestarted(stream.Index, stream.Current.Number, IsOurs: true));
    }

    /// <summary>Notes completed and failed restarts, and lets previous sessions go. Called after the checklists were evaluated.</summary>
    /// <returns>Whether a session went: data that took one of its pairs needs another way.</returns>
    public bool HandleTimeout(MonotonicTime now)
    {
        bool haveGone = false;
        foreach (AgentStream stream in context.Streams)
        {
            if (stream.Current is { CompletedAt: null, Checklist.State: ChecklistState.Completed } current)
            {
                current.CompletedAt = now;
                if (current.Number > 0)
                {
                    context.Events.Add(new RestartCompleted(stream.Index, current.Number, now - current.BeganAt, stream.TakeOutage(), stream.UnprovenFor));
                }
            }

            bool failed = stream.Current.Checklist.State == ChecklistState.Failed;
            if (stream.Previous is { } previous && (failed || now >= RetiresAt(stream)))
            {
                stream.Previous = null;
                Drop(previous);
                haveGone = true;
            }
        }

        return haveGone;
    }

    private static MonotonicTime RetiresAt(AgentStream stream)
    {
        if (stream.Previous is not { } previous || stream.Current.CompletedAt is not { } completed)
        {
            return MonotonicTime.Never;
        }

        MonotonicTime quiet = MonotonicTime.Max(completed + ShortestRetention, previous.LastRequestAt + QuietTime);
        return MonotonicTime.Min(quiet, completed + LongestRetention);
    }

    private void Promote(AgentStream stream)
    {
        StreamGeneration old = stream.Current;
        stream.Current = stream.Pending!;
        stream.Pending = null;
        stream.RememberRemote(old);

        // Answers to checks of the old session change nothing any more; its consent goes on where it carries data.
        initiator.Forget(old);
        bool carriesData = Enumerable.Range(1, stream.ComponentCount).Any(c => stream.Route(c) is not null && ReferenceEquals(stream.RoutePair(c)!.Generation, old));
        StreamGeneration? dropped = carriesData ? stream.Previous : old;
        stream.Previous = carriesData ? old : stream.Previous;
        if (dropped is not null)
        {
            Drop(dropped);
        }
    }

    private void Drop(StreamGeneration generation)
    {
        initiator.Forget(generation);
        consent.Forget(generation);
        generation.Dispose();
    }
}
