using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A path between two peers over which checks and their answers get through both ways, as the controlling peer names it.</summary>
/// <remarks>Addresses are without ports: which port a NAT or a server gives is its own choice.</remarks>
public sealed record OraclePath
{
    /// <summary>The controlling peer's candidate type; a learnt address that is signalled too has the signalled type.</summary>
    public required IceCandidateType LocalType { get; init; }

    /// <summary>The address of the controlling peer as the controlled one sees it.</summary>
    public required IpAddress LocalAddress { get; init; }

    /// <summary>Whether the controlling peer sends through its relay.</summary>
    public required bool LocalIsRelayed { get; init; }

    /// <summary>The controlled peer's candidate type; a learnt address that is signalled too has the signalled type.</summary>
    public required IceCandidateType RemoteType { get; init; }

    /// <summary>Where the controlling peer sends to.</summary>
    public required IpAddress RemoteAddress { get; init; }

    /// <summary>Whether the controlled peer answers through its relay.</summary>
    public required bool RemoteIsRelayed { get; init; }

    /// <summary>The lowest pair priority that the path can have.</summary>
    public required ulong LowestPriority { get; init; }

    /// <summary>The highest pair priority that the path can have; differs from the lowest where a candidate may be learnt from a check before it is signalled or gathered.</summary>
    public required ulong HighestPriority { get; init; }

    /// <summary>Whether either end is a relay.</summary>
    public bool IsRelayed => LocalIsRelayed || RemoteIsRelayed;

    /// <summary>Types and addresses.</summary>
    public override string ToString() => $"{LocalType} {LocalAddress} - {RemoteType} {RemoteAddress}";
}
