using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>What is wrong with the links of a case besides delay, jitter and even loss.</summary>
internal static class SweepTroubles
{
    private const double Share = 0.3, ShareOfBursts = 0.3, ShareOfNarrowLinks = 0.3, ShareOfHeavyLoss = 0.2;
    private const double LargestLoss = 0.2, LargestShare = 0.1;

    // Well under the two turns that ADR 0002 keeps to spare.
    private static readonly TimeSpan LossyDelay = TimeSpan.FromMilliseconds(60), LosslessDelay = TimeSpan.FromMilliseconds(5);

    /// <summary>Adds troubles to the links of a case: on a lossless one those that lose nothing and hardly delay.</summary>
    /// <returns>One function for all links of the case.</returns>
    public static Func<LinkOptions, LinkOptions> Draw(SeededRandomSource random, bool lossless)
    {
        bool heavy = !lossless && random.NextDouble() < ShareOfHeavyLoss;
        if (random.NextDouble() >= Share)
        {
            return link => heavy ? link with { Loss = LargestLoss } : link;
        }

        double duplication = LargestShare * random.NextDouble(), reordering = LargestShare * random.NextDouble();
        BurstLoss? bursts = !lossless && random.NextDouble() < ShareOfBursts ? new BurstLoss(0.01, 0.2) : null;
        long bitsPerSecond = !lossless && random.NextDouble() < ShareOfNarrowLinks ? 64_000 : 0;
        return link => link with
        {
            Loss = heavy ? LargestLoss : link.Loss,
            Duplication = duplication,
            Reordering = reordering,
            ReorderingDelay = lossless ? LosslessDelay : LossyDelay,
            Bursts = bursts,
            BitsPerSecond = bitsPerSecond,
            MtuBytes = LinkOptions.MinMtuBytes,
        };
    }
}
