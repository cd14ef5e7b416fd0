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

    /// <summary>"Carrier-grade": endpoint-independent mapping and filtering over a pool of addresses, a block of ports for each host (RFC 6888).</summary>
    public static NatBehaviour CarrierGrade { get; } = new()
    {
        Filtering = NatFilteringBehaviour.EndpointIndependent,
        PortAllocation = NatPortAllocation.HostBlock,
        Hairpinning = NatHairpinning.ExternalSource,
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

    /// <summary>Mapping of an internal address and port whose port was taken when it first sent: the non-deterministic NAT of RFC 4787 §8.</summary>
    /// <value>Null, the default, is <see cref="Mapping"/> always.</value>
    public NatMappingBehaviour? MappingOnConflict { get; init; }

    /// <summary>Whether even ports get even ones and odd ports odd ones, as long as there are any (RFC 4787 §4.2.2).</summary>
    /// <value>The default is false.</value>
    public bool PreservesParity { get; init; }

    /// <summary>Ports of a host's block, for <see cref="NatPortAllocation.HostBlock"/>.</summary>
    /// <value>At least 1; the default is 1024.</value>
    public int PortBlockSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1024;

    /// <summary>Which external address a host gets, where there are several.</summary>
    /// <value>The default is <see cref="NatPooling.Paired"/>.</value>
    public NatPooling Pooling { get; init; } = NatPooling.Paired;

    /// <summary>What happens to datagrams from inside to the NAT's own outside.</summary>
    /// <value>The default is <see cref="NatHairpinning.None"/>.</value>
    public NatHairpinning Hairpinning { get; init; } = NatHairpinning.None;

    /// <summary>How long a UDP mapping lives without a datagram that refreshes it (RFC 4787 §4.3).</summary>
    /// <value>Longer than zero; the default is 120 s, the least the RFC allows.</value>
    public TimeSpan MappingLifetime
    {
        get;
        init => field = Positive(value);
    } = TimeSpan.FromSeconds(120);

    /// <summary>How long a mapping lives without a packet of the streams that use it, once one is open (RFC 5382 §5).</summary>
    /// <value>Longer than zero; the default is 2 h 4 min, the least the RFC allows.</value>
    public TimeSpan TcpLifetime { get; init => field = Positive(value); } = TimeSpan.FromMinutes(124);

    /// <summary>The same while its streams are opening or closing.</summary>
    /// <value>Longer than zero; the default is 4 min, the least the RFC allows.</value>
    public TimeSpan TcpTransitoryLifetime { get; init => field = Positive(value); } = TimeSpan.FromMinutes(4);

    /// <summary>Whether datagrams from outside refresh a mapping too; those from inside always do.</summary>
    /// <value>The default is false.</value>
    public bool InboundRefreshes { get; init; }

    /// <summary>Lowest external port.</summary>
    /// <value>The default is 1024.</value>
    public ushort FirstPort { get; init; } = 1024;

    /// <summary>Highest external port.</summary>
    /// <value>At least <see cref="FirstPort"/>; the default is 65535.</value>
    public ushort LastPort { get; init; } = ushort.MaxValue;

    /// <summary>What happens to streams that nobody inside asked for.</summary>
    /// <value>The default is <see cref="NatUnsolicitedTcp.Drop"/>.</value>
    public NatUnsolicitedTcp UnsolicitedTcp { get; init; } = NatUnsolicitedTcp.Drop;

    /// <summary>What happens to datagrams that come in fragments, from either side.</summary>
    /// <value>The default is <see cref="NatFragments.AnyOrder"/>.</value>
    public NatFragments Fragments { get; init; } = NatFragments.AnyOrder;

    /// <summary>Whether ICMP errors are translated and passed on; they never end a mapping either way (RFC 4787 §9).</summary>
    /// <value>The default is true.</value>
    public bool PassesIcmp { get; init; } = true;

    /// <summary>Whether it looks for addresses in payloads and rewrites those too, without understanding what it reads: a "generic ALG" (RFC 4787 §7).</summary>
    /// <value>The default is false.</value>
    public bool RewritesPayloads { get; init; }

    private static TimeSpan Positive(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
        return value;
    }
}
