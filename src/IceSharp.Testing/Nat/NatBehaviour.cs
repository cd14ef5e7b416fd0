namespace IceSharp.Testing;

/// <summary>How a <see cref="Nat"/> maps, filters and forgets (RFC 4787). Start from a preset and change what matters with <c>with</c>.</summary>
/// <example><code>NatBehaviour hostile = NatBehaviour.Symmetric with { MappingLifetime = TimeSpan.FromSeconds(30) };</code></example>
public sealed record NatBehaviour
{
    /// <summary>"Full cone": endpoint-independent mapping and filtering.</summary>
    public static NatBehaviour FullCone { get; } = new() { Filtering = NatFilteringBehaviour.EndpointIndependent };

    /// <summary>"Address restricted cone": endpoint-independent mapping, address-dependent filtering.</summary>
    public static NatBehaviour AddressRestrictedCone { get; } = new() { Filtering = NatFilteringBehaviour.AddressDependent };

    /// <summary>"Port restricted cone": endpoint-independent mapping, address- and port-dependent filtering; the most common home router.</summary>
    public static NatBehaviour PortRestrictedCone { get; } = new();

    /// <summary>"Symmetric": address- and port-dependent mapping and filtering, random ports; only a relay gets through between two of these.</summary>
    public static NatBehaviour Symmetric { get; } = new()
    {
        Mapping = NatMappingBehaviour.AddressAndPortDependent,
        PortAllocation = NatPortAllocation.Random,
    };

    /// <summary>When an external port is used again.</summary>
    /// <value>The default is <see cref="NatMappingBehaviour.EndpointIndependent"/>.</value>
    public NatMappingBehaviour Mapping { get; init; } = NatMappingBehaviour.EndpointIndependent;

    /// <summary>Whose datagrams are let in.</summary>
    /// <value>The default is <see cref="NatFilteringBehaviour.AddressAndPortDependent"/>.</value>
    public NatFilteringBehaviour Filtering { get; init; } = NatFilteringBehaviour.AddressAndPortDependent;

    /// <summary>How external ports are chosen.</summary>
    /// <value>The default is <see cref="NatPortAllocation.Preserving"/>.</value>
    public NatPortAllocation PortAllocation { get; init; } = NatPortAllocation.Preserving;

    /// <summary>What happens to datagrams from inside to the NAT's own outside.</summary>
    /// <value>The default is <see cref="NatHairpinning.None"/>.</value>
    public NatHairpinning Hairpinning { get; init; } = NatHairpinning.None;

    /// <summary>How long a mapping lives without a datagram that refreshes it (RFC 4787 §4.3).</summary>
    /// <value>Longer than zero; the default is 120 s, the least the RFC allows.</value>
    public TimeSpan MappingLifetime
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromSeconds(120);

    /// <summary>Whether datagrams from outside refresh a mapping too; those from inside always do.</summary>
    /// <value>The default is false.</value>
    public bool InboundRefreshes { get; init; }

    /// <summary>Lowest external port.</summary>
    /// <value>The default is 1024.</value>
    public ushort FirstPort { get; init; } = 1024;

    /// <summary>Highest external port.</summary>
    /// <value>At least <see cref="FirstPort"/>; the default is 65535.</value>
    public ushort LastPort { get; init; } = ushort.MaxValue;
}
