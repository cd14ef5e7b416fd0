namespace IceSharp.Protocol.Agent;

/// <summary>Gives back what a concluded stream does not use: sockets, and allocations on TURN servers (RFC 8445 §8.3).</summary>
/// <remarks>What a restart has begun or left behind still uses everything, and so does a peer that may yet choose another pair.</remarks>
internal sealed class Freeing(AgentContext context, Gatherer gatherer, CheckInitiator initiator)
{
    // Checks of the peer on other pairs, and nominations of RFC 5245, may still be on their way.
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(3);

    // As long as a check is repeated at the default timeouts (39.5 s): some peers nominate with every check that they send for ever.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(40);

    public MonotonicTime NextDeadline
    {
        get
        {
            MonotonicTime next = MonotonicTime.Never;
            foreach (AgentStream stream in context.Streams)
            {
                next = MonotonicTime.Min(next, FreesAt(stream));
            }

            return next;
        }
    }

    public void HandleTimeout(MonotonicTime now)
    {
        foreach (AgentStream stream in context.Streams)
        {
            if (now >= FreesAt(stream))
            {
                stream.Current.IsFreed = true;
                Free(now, stream);
            }
        }
    }

    private MonotonicTime FreesAt(AgentStream stream)
    {
        StreamGeneration current = stream.Current;
        bool concluded = current is { CompletedAt: not null, IsFreed: false, Checklist.State: ChecklistState.Completed };
        bool mayChange = stream is not { Pending: null, Previous: null } || gatherer.State != IceGatheringState.Complete || ChangesPairs;
        if (!concluded || mayChange || !stream.IsInUse || !context.Options.FreesUnusedCandidates)
        {
            return MonotonicTime.Never;
        }

        // A peer that repeats its nominating check has not seen our answer, and may yet nominate another pair: the next repeat comes within
        // twice the time since the first one.
        MonotonicTime repeated = current.LastNominationAt + (current.LastNominationAt - current.FirstNominationAt) + TimeSpan.FromSeconds(1);
        MonotonicTime completed = current.CompletedAt!.Value;
        return MonotonicTime.Min(MonotonicTime.Max(completed + Delay, repeated), completed + LongestDelay);
    }

    // Without a restart, by agreement or by following the peer.
    private bool ChangesPairs => context.Renominates || (context.Options.Nomination.FollowsPeer && !context.Role.IsControlling);

    private void Free(MonotonicTime now, AgentStream stream)
    {
        foreach (LocalSocket socket in gatherer.Sockets.Where(s => s.Stream == stream && s.IsUsed).ToArray())
        {
            CandidateBase? inUse = stream.Route(socket.Component) is not null && stream.RouteBase(socket.Component) is { } @base && @base.Socket == socket ? @base : null;
            gatherer.Free(now, socket, inUse);
            Withdraw(stream, b => b.Socket == socket && (inUse is null || (b.Relay is not null && b.Relay != inUse.Relay)));
        }
    }

    // The base of a selected reflexive candidate is in use, and so is the socket that a selected relay is reached from.
    private void Withdraw(AgentStream stream, Predicate<CandidateBase> isGone)
    {
        Checklist list = stream.Checklist;
        stream.Current.LocalCandidates.RemoveAll(c => isGone(c.Base));
        foreach (CandidatePair pair in list.Pairs.Concat(list.Valid).Where(p => isGone(p.Base)).Distinct().ToArray())
        {
            initiator.Cancel(pair);
            list.RemoveValid(pair);
            list.Remove(pair);
        }
    }
}
