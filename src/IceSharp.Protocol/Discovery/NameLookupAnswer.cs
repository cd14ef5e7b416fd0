using IceSharp.Protocol.Dns;

namespace IceSharp.Protocol.Discovery;

/// <summary>The host's answer to a <see cref="NameLookup"/>. Without records: the name has none of that kind, or does not exist.</summary>
/// <param name="LookupId">The ID of the lookup.</param>
public sealed record NameLookupAnswer(int LookupId)
{
    /// <summary>The addresses, the preferred first.</summary>
    public IReadOnlyList<IpAddress> Addresses { get; init; } = [];

    /// <summary>The servers, in any order.</summary>
    public IReadOnlyList<SrvRecord> Services { get; init; } = [];

    /// <summary>The rules, in any order.</summary>
    public IReadOnlyList<NaptrRecord> Rules { get; init; } = [];

    /// <summary>Whether nobody could be asked, so that nothing is known of the name.</summary>
    public bool HasFailed { get; init; }
}
