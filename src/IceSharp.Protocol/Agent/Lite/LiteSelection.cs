using static IceSharp.IceCandidatePairState;

namespace IceSharp.Protocol.Agent;

/// <summary>Selects pairs where this agent is lite and nothing is checked: what a full peer nominates (RFC 8445 §7.3.2), or between two lite agents what RFC 8445 §8.2 says.</summary>
internal sealed class LiteSelection(AgentContext context, ChecklistSet checklists, Nominations nominations)
{
    private bool _awaitsExchange;

    /// <summary>Whether a pair had to be chosen among several, so that the controlling agent owes the peer another description (RFC 8445 §8.2).</summary>
    public bool OwesDescription => _awaitsExchange && context.Role.IsControlling;

    /// <summary>A full peer has nominated a path.</summary>
    public void Accept(MonotonicTime now, CandidatePair pair)
    {
        MakeValid(now, pair, "nominated by the peer; a lite agent does not check");
        nominations.Nominate(pair);
    }

    /// <summary>Two lite agents: called after each description of the peer.</summary>
    public void Choose(MonotonicTime now, IceDescription description)
    {
        if (!context.Options.IsLite || !context.PeerIsLite)
        {
            return;
        }

        bool told = description.Streams.Any(s => s.RemoteCandidates.Count > 0);
        if (told && context.Role.IsControlling)
        {
            context.Role.Decide(IceRole.Controlled, "the peer names the selected candidates, so it controls");
        }

        bool isExchanged = told || OwesDescription;
        if (!isExchanged)
        {
            // Decided before anything is selected, because the first pair that is nominated takes the others of its component away.
            _awaitsExchange = context.Streams.Any(s => ForEachComponent(s).Any(c => Pairs(s, c).Count() > 1));
        }

        foreach (AgentStream stream in context.Streams)
        {
            foreach (int component in ForEachComponent(stream))
            {
                if (Selected(stream, component, description.Streams[stream.Index]) is { } pair)
                {
                    MakeValid(now, pair, "the pair of two lite agents");
                    if (isExchanged || !_awaitsExchange)
                    {
                        nominations.Nominate(pair);
                    }
                }
            }
        }

        _awaitsExchange &= !isExchanged;
    }

    // Priorities of lite agents follow the precedence of RFC 6724, so the order of the list is the recommended choice.
    private static CandidatePair? Selected(AgentStream stream, int component, IceStreamDescription told)
    {
        foreach (IceRemoteCandidate named in told.RemoteCandidates)
        {
            if (named.Component == component)
            {
                return Pairs(stream, component).FirstOrDefault(p => p.Local.Address == named.Address && told.Candidates.Any(c => c.Address == p.Remote.Address))
                    ?? Pairs(stream, component).FirstOrDefault(p => p.Local.Address == named.Address);
            }
        }

        return stream.Checklist.BestValid(component) ?? Pairs(stream, component).FirstOrDefault();
    }

    private static IEnumerable<CandidatePair> Pairs(AgentStream stream, int component) => stream.Checklist.Pairs.Where(p => p.Component == component);

    private static IEnumerable<int> ForEachComponent(AgentStream stream) => Enumerable.Range(1, stream.UsedComponents);

    private void MakeValid(MonotonicTime now, CandidatePair pair, string reason)
    {
        pair.Produced = pair;
        pair.Generator = pair;
        pair.Generation.Checklist.AddValid(now, pair);
        checklists.Move(pair, Succeeded, reason);
    }
}
