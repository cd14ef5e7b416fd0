using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>Whether two agents that have completed use the same pairs: what one calls local is remote to the other.</summary>
[Experimental("ICE0001")]
public static class PairAgreement
{
    /// <summary>Compares all components of all streams.</summary>
    /// <param name="one">An agent.</param>
    /// <param name="other">Its peer.</param>
    /// <returns>What differs, in one sentence; null when they agree.</returns>
    public static string? Difference(VirtualAgent one, VirtualAgent other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        for (int stream = 0; stream < Math.Min(one.StreamCount, other.StreamCount); stream++)
        {
            for (int component = 1; component <= one.ComponentCount(stream); component++)
            {
                if (Difference(one.Machine.GetRoute(stream, component), other.Machine.GetRoute(stream, component)) is { } difference)
                {
                    return $"stream {stream}, component {component}: {difference}";
                }
            }
        }

        return null;
    }

    private static string? Difference(DataRoute? one, DataRoute? other)
    {
        if (one is null || other is null)
        {
            return one is null && other is null ? null : "one side has a route and the other has none";
        }

        if (!one.Pair.IsNominated || !other.Pair.IsNominated)
        {
            return one.Pair.IsNominated == other.Pair.IsNominated ? null : "a pair is nominated on one side alone";
        }

        return one.Pair.Local.Address == other.Pair.Remote.Address && one.Pair.Remote.Address == other.Pair.Local.Address
            ? null
            : $"{Name(one.Pair)} on one side, {Name(other.Pair)} on the other";
    }

    private static string Name(IceCandidatePairInfo pair) => $"{pair.Local.Type} {pair.Local.Address} - {pair.Remote.Type} {pair.Remote.Address}";
}
