using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>What a peer has more of than one: interfaces, servers of a kind.</summary>
public sealed record SweepSurplus
{
    private const double ShareWithInterfaces = 0.15, ShareWithServers = 0.1;

    /// <summary>Whether the host has another interface, in a network of its own.</summary>
    public required bool HasSecondInterface { get; init; }

    /// <summary>The NAT of that network; null puts it on the internet.</summary>
    public required NatBehaviour? SecondNat { get; init; }

    /// <summary>Whether it knows two servers of each kind that it knows.</summary>
    public required bool HasSecondServers { get; init; }

    public static SweepSurplus Draw(SeededRandomSource random) => new()
    {
        HasSecondInterface = random.NextDouble() < ShareWithInterfaces,
        SecondNat = random.NextInt32(3) == 0 ? null : SweepCase.Behaviour(random),
        HasSecondServers = random.NextDouble() < ShareWithServers,
    };

    public override string ToString() =>
        (HasSecondInterface ? $", also {(SecondNat is null ? "on the internet" : $"behind [{SweepCase.Name(SecondNat)}]")}" : string.Empty) + (HasSecondServers ? ", two servers of each kind" : string.Empty);
}
