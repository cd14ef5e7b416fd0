namespace IceSharp.Protocol.Dns;

/// <summary>The records that answer a question, aliases already followed; all lists empty when the name has none of that type or does not exist.</summary>
/// <remarks>Immutable and thread safe. Records come in the order of the message, not sorted by their preference.</remarks>
public sealed record DnsAnswer
{
    /// <summary>Addresses, when those of one family were asked for.</summary>
    public IReadOnlyList<IpAddress> Addresses { get; init; } = [];

    /// <summary>Servers of a service, when SRV was asked for.</summary>
    public IReadOnlyList<SrvRecord> Services { get; init; } = [];

    /// <summary>Rules, when NAPTR was asked for.</summary>
    public IReadOnlyList<NaptrRecord> Rules { get; init; } = [];

    /// <summary>How long the answer may be kept: the least of its records and aliases; zero without records.</summary>
    public TimeSpan TimeToLive { get; init; }
}
