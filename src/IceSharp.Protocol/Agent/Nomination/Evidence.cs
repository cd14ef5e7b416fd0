using static IceSharp.IceCandidatePairState;

namespace IceSharp.Protocol.Agent;

/// <summary>Says until when a better pair than the best valid one may still come: the patience of ADR 0002, in round trips and turns of the lists.</summary>
internal sealed class Evidence(AgentContext context)
{
    /// <summary>Round trips a silent pair is given after its turn: one until the peer's own check is here, one for the check that it triggers.</summary>
    internal const int RoundTripsOfPatience = 2;

    /// <summary>Turns that triggered checks of other pairs may take, one on either side.</summary>
    internal const int SpareTurns = 2;

    /// <summary>How long a peer may stay silent, or keep naming candidates, before a relay is good enough.</summary>
    internal static readonly TimeSpan CapOfSilence = TimeSpan.FromSeconds(3);

    /// <summary>However long the lists and the round trips, a working pair does not wait longer for a silent one.</summary>
    internal static readonly TimeSpan Cap = TimeSpan.FromSeconds(10);

    private TimeSpan Spread => SpareTurns * context.Pacer.Ta;

    /// <summary>When the last better pair counts as decided; in the past when none is open.</summary>
    public MonotonicTime CompleteAt(Checklist list, CandidatePair best, bool gatheringIsComplete)
    {
        StreamGeneration generation = list.Generation;
        MonotonicTime began = generation.ChecksBeganAt ?? MonotonicTime.Zero;
        MonotonicTime latest = MonotonicTime.Zero;
        if (IsRelayed(best) && !(generation.HasAllRemoteCandidates && gatheringIsComplete))
        {
            latest = SilenceSince(generation, began) + CapOfSilence;
        }

        int placeOfBest = list.PlaceOf(best.Generator ?? best);
        int place = 0;
        foreach (CandidatePair pair in list.Pairs)
        {
            place++;
            if (pair.Component == best.Component && pair.Priority > best.Priority && !ReferenceEquals(pair, best.Generator))
            {
                latest = MonotonicTime.Max(latest, DecidedAt(pair, place, placeOfBest, MonotonicTime.Max(began, pair.CreatedAt)));
            }
        }

        return latest;
    }

    /// <summary>When the peer has surely sent its own check of a pair: its turn, counted from the first sign of the peer. Never before there is one.</summary>
    public MonotonicTime PeerHasCheckedAt(CandidatePair pair, int place) =>
        pair.Generation.PeerBeganAt is { } began ? MonotonicTime.Max(began, pair.CreatedAt) + (place * context.Pacer.Ta) : MonotonicTime.Never;

    private MonotonicTime DecidedAt(CandidatePair pair, int place, int placeOfBest, MonotonicTime began)
    {
        if (pair.State == Failed)
        {
            // Our check got through and its answer came from another address: the check that it triggered will follow it.
            return pair.AnsweredFromElsewhereAt is { } at ? at + context.LongestRoundTrip + Spread : MonotonicTime.Zero;
        }

        if (pair.State == Succeeded)
        {
            return MonotonicTime.Zero;
        }

        if (pair.Generation.PeerBeganAt is not { } peerBegan && !context.PeerIsLite)
        {
            return SilenceSince(pair.Generation, began) + CapOfSilence;
        }
        else
        {
            peerBegan = pair.Generation.PeerBeganAt ?? began;
        }

        TimeSpan turn = context.Pacer.Ta;
        MonotonicTime start = pair.Remote.IsSignalled ? MonotonicTime.Max(began + (placeOfBest * turn), peerBegan) + (place * turn) : began;
        MonotonicTime byPlace = start + (RoundTripsOfPatience * context.LongestRoundTrip) + Spread;
        MonotonicTime byCheck = pair.LastCheckAt is { } sent ? sent + context.LongestRoundTrip + Spread : byPlace;
        return MonotonicTime.Min(MonotonicTime.Max(byPlace, byCheck), MonotonicTime.Max(began, peerBegan) + Cap);
    }

    // A peer that was not told of this agent yet, because gathering takes its time, is not silent: it cannot check. It answers, though.
    private static MonotonicTime SilenceSince(StreamGeneration generation, MonotonicTime began) => MonotonicTime.Max(began, generation.DescribedAt);

    private static bool IsRelayed(CandidatePair pair) => pair.Base.IsRelayed || pair.Remote.Info.Type == IceCandidateType.Relayed;
}
