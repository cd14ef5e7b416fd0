using IceSharp.Protocol;
using IceSharp.Protocol.Dns;

namespace IceSharp;

/// <summary>Settings of a <see cref="SystemNameResolver"/>.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record SystemNameResolverOptions
{
    /// <summary>Name servers to ask for SRV and NAPTR records, the preferred first.</summary>
    /// <value>The default, empty, asks those that the system is set up with at the time of the lookup.</value>
    public IReadOnlyList<TransportAddress> NameServers { get; init; } = [];

    /// <summary>How long name servers are waited for.</summary>
    /// <value>The default is 1 s for each of up to three servers, twice, and 5 s in all.</value>
    public DnsQuerySettings Queries { get; init; } = new();

    /// <summary>How long the system may take to look up addresses.</summary>
    /// <value>More than zero, up to 2 min; the default is 10 s.</value>
    public TimeSpan AddressTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
