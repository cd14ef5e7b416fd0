using static IceSharp.IceCandidatePairState;

namespace IceSharp.Protocol.Agent;

/// <summary>Evaluates checklists after every change: concluded, failed or running, and with them the agent's state and the data routes (RFC 8445 §6.1.3, §8.1.2, RFC 8863).</summary>
internal sealed class ChecklistProgress(AgentContext context, Gatherer gatherer)
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

    private bool _patienceIsOver;

    public IceConnectionState State { get; private set; }

    /// <summary>When patience for the peer's checks ends; Never when that is no longer a question.</summary>
    public MonotonicTime PatienceEndsAt =>
        context.ChecksBeganAt is { } began && !_patienceIsOver ? began + context.Options.PatienceTimeout : MonotonicTime.Never;

    public void Evaluate(MonotonicTime now)
    {
        if (State == IceConnectionState.Closed || context.ChecksBeganAt is null)
        {
            return;
        }

        _patienceIsOver |= now >= PatienceEndsAt;
        foreach (AgentStream stream in context.Streams)
        {
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

    private void EvaluateList(AgentStream stream)
    {
        Checklist list = stream.Checklist;
        if (AllComponents(stream, c => list.Nominated(c) is not null))
        {
            list.State = ChecklistState.Completed;
        }
        else if (AllComponents(stream, c => list.Best(c) is not null))
        {
            list.State = ChecklistState.Running;
        }
        else if (HasNoChance(stream))
        {
            list.State = ChecklistState.Failed;
        }
        else
        {
            list.State = ChecklistState.Running;
        }
    }

    // Everything checked, nothing more to come from either side, and patience over (RFC 8838 §8, RFC 8863 §4).
    private bool HasNoChance(AgentStream stream) =>
        _patienceIsOver
        && gatherer.State == IceGatheringState.Complete
        && stream.Checklist.Triggered.Count == 0
        && stream.Checklist.Pairs.All(p => p.State is Succeeded or Failed);

    private void EvaluateAgent()
    {
        if (context.Streams.Exists(s => s.Checklist.State == ChecklistState.Failed))
        {
            MoveTo(IceConnectionState.Failed, FailureReason());
        }
        else if (context.Streams.TrueForAll(s => s.Checklist.State == ChecklistState.Completed))
        {
            MoveTo(IceConnectionState.Completed, "every component has a nominated pair");
        }
        else if (context.Streams.TrueForAll(s => AllComponents(s, c => s.Checklist.Best(c) is not null)))
        {
            MoveTo(IceConnectionState.Connected, "every component has a valid pair");
        }
        else
        {
            MoveTo(IceConnectionState.Checking, "checks are running");
        }
    }

    private string FailureReason()
    {
        AgentStream failed = context.Streams.Find(s => s.Checklist.State == ChecklistState.Failed)!;
        return failed.Checklist.Pairs.Count == 0
            ? $"stream '{failed.Mid}': no candidate pair could be formed and no check of the peer arrived"
            : $"stream '{failed.Mid}': none of {failed.Checklist.Pairs.Count} candidate pairs works for every component";
    }

    private void UpdateRoute(MonotonicTime now, AgentStream stream, int component)
    {
        CandidatePair? pair = stream.Checklist.State == ChecklistState.Failed ? null : stream.Checklist.Best(component);
        DataRoute? current = stream.Route(component);
        if (pair is null)
        {
            Publish(context, stream, component, null);
            return;
        }

        bool same = current is not null && current.Peer == pair.Remote.Address && ReferenceEquals(stream.RouteBase(component), pair.Base)
            && current.Pair.IsNominated == pair.IsNominated;
        if (same)
        {
            return;
        }

        stream.NoteSent(component, now);
        stream.SetRouteBase(component, pair.Base);
        Publish(context, stream, component, new DataRoute
        {
            Stream = stream.Index,
            Component = component,
            Socket = pair.Base.Socket.Handle,
            Destination = pair.Base.Relay?.ServerAddress ?? pair.Remote.Address,
            Peer = pair.Remote.Address,
            IsRelayed = pair.Base.IsRelayed,
            Pair = pair.ToInfo(),
        });
    }

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
