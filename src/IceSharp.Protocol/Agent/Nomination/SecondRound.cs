using static IceSharp.IceCandidatePairState;

namespace IceSharp.Protocol.Agent;

/// <summary>Checks a silent pair once more when the peer has had its turn to check it: what was sent before the peer had opened its NAT is lost, and the next copy may be seconds away (ADR 0002).</summary>
internal sealed class SecondRound(AgentContext context, ChecklistSet checklists, CheckInitiator initiator, Evidence evidence)
{
    /// <summary>When the next pair is due; Never when none is.</summary>
    public MonotonicTime NextDeadline { get; private set; } = MonotonicTime.Never;

    /// <summary>Queues what is due. Called after each change and when <see cref="NextDeadline"/> has come.</summary>
    public void HandleTimeout(MonotonicTime now)
    {
        NextDeadline = MonotonicTime.Never;
        foreach (AgentStream stream in context.Streams)
        {
            if (stream.Current.PeerBeganAt is not null && (stream.Checklist.State == ChecklistState.Running || context.Renominates))
            {
                Look(now, stream.Checklist);
            }
        }
    }

    private void Look(MonotonicTime now, Checklist list)
    {
        List<CandidatePair>? due = null;
        int place = 0;
        foreach (CandidatePair pair in list.Pairs)
        {
            place++;
            ulong proven = list.BestValid(pair.Component)?.Priority ?? 0;
            if (pair.State != InProgress || pair.HadSecondRound || proven >= pair.Priority)
            {
                continue;
            }

            MonotonicTime at = evidence.PeerHasCheckedAt(pair, place);
            if (at > now)
            {
                NextDeadline = MonotonicTime.Min(NextDeadline, at);
                continue;
            }

            // First checks go before second ones. The pair is looked at again when one of them has left.
            if (ChecklistSet.HasUncheckedAbove(list, proven))
            {
                continue;
            }

            pair.HadSecondRound = true;
            if (pair.LastCheckAt < at)
            {
                (due ??= []).Add(pair);
            }
        }

        foreach (CandidatePair pair in due ?? [])
        {
            initiator.Cancel(pair);
            checklists.Trigger(pair, "once more: the peer has checked it meanwhile");
        }
    }
}
