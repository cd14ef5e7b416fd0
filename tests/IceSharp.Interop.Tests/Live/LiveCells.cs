using static IceSharp.Interop.Tests.Live.AccessKind;

namespace IceSharp.Interop.Tests.Live;

/// <summary>The cells of the live matrix.</summary>
internal static class LiveCells
{
    private static readonly AccessKind[] Nats = [FullCone, AddressRestricted, PortRestricted, Symmetric];

    /// <summary>Each pairing of the four NATs.</summary>
    public static IReadOnlyList<LiveCell> NatPairings { get; } = [.. from left in Nats from right in Nats select new LiveCell(left, right)];

    /// <summary>IPv6 and both families.</summary>
    public static IReadOnlyList<LiveCell> Ipv6Pairings { get; } =
    [
        new(FirewalledIpv6, FirewalledIpv6), new(DualStack, DualStack), new(DualStackSymmetric, DualStackSymmetric), new(DualStack, FirewalledIpv6),
        new(DualStack, PortRestricted), new(AddressRestricted, DualStackSymmetric), new(DualStack, Symmetric),
    ];

    /// <summary>A server that goes away and comes back, while a direct path is in use that was found with its help, or a relay on it that is lost.</summary>
    public static IReadOnlyList<LiveCell> Restarts { get; } = [new(PortRestricted, PortRestricted, true), new(AddressRestricted, Symmetric, true), new(Symmetric, Symmetric, true)];

    public static IEnumerable<LiveCell> All => NatPairings.Concat(Ipv6Pairings).Concat(Restarts);

    /// <summary>Whether this run is for the whole matrix, twenty calls a cell.</summary>
    public static bool IsFull => Environment.GetEnvironmentVariable("ICESHARP_MATRIX") == "full";

    /// <summary>The cells of this run: every pair of NATs at least, and each other kind of access once.</summary>
    public static IEnumerable<LiveCell> OfThisRun => IsFull ? All : NatPairings.Concat(Ipv6Pairings.Where((_, i) => i % 2 == 0)).Append(Restarts[0]).Append(Restarts[^1]);

    /// <exception cref="ArgumentException">There is no such cell.</exception>
    public static LiveCell Find(string name) => All.FirstOrDefault(c => c.ToString() == name) ?? throw new ArgumentException($"There is no cell '{name}'.", nameof(name));
}
