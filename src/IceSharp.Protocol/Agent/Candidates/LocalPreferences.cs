namespace IceSharp.Protocol.Agent;

/// <summary>Orders local addresses for local preferences: reliable interfaces first, and no IP family exhausted before the other starts (RFC 8421 §3, §4).</summary>
internal static class LocalPreferences
{
    /// <summary>Precedence of an address in the default policy table of RFC 6724 §2.1.</summary>
    public static int Precedence(IpAddress address) => address switch
    {
        { Family: IpFamily.IPv4 } or { IsIPv4Mapped: true } => 35,
        { IsLoopback: true } => 50,
        { IsUniqueLocal: true } => 3,
        { IsSiteLocal: true } or { IsIPv4Compatible: true } => 1,
        _ => 40,
    };

    /// <summary>The same addresses, best first: interfaces of equal cost together, each such group interleaved.</summary>
    /// <param name="addresses">In the order in which the host prefers them.</param>
    public static List<LocalInterfaceAddress> Order(IReadOnlyList<LocalInterfaceAddress> addresses) =>
        [.. addresses.GroupBy(a => a.Cost).OrderBy(g => g.Key).SelectMany(g => Interleave([.. g.OrderBy(Rank)]))];

    /// <summary>IPv6 has a head start of (N4 + N6) / N4, then the families alternate at that rate.</summary>
    private static List<LocalInterfaceAddress> Interleave(IReadOnlyList<LocalInterfaceAddress> addresses)
    {
        var v4 = new Queue<LocalInterfaceAddress>(addresses.Where(a => a.Address.Family == IpFamily.IPv4));
        var v6 = new Queue<LocalInterfaceAddress>(addresses.Where(a => a.Address.Family == IpFamily.IPv6));
        int headStart = v4.Count == 0 ? v6.Count : (v4.Count + v6.Count) / v4.Count;
        var ordered = new List<LocalInterfaceAddress>(addresses.Count);
        while (v4.Count + v6.Count > 0)
        {
            for (int i = 0; i < headStart && v6.Count > 0; i++)
            {
                ordered.Add(v6.Dequeue());
            }

            if (v4.Count > 0)
            {
                ordered.Add(v4.Dequeue());
            }
        }

        return ordered;
    }

    // Inside a family: temporary addresses before stable ones, those of wide reach before those of narrow reach (RFC 6724), deprecated ones last.
    private static int Rank(LocalInterfaceAddress local) =>
        (local.IsDeprecated ? 8 : 0) + (local.Address.IsLinkLocal ? 4 : local.Address.IsUniqueLocal ? 2 : 0) + (local.IsTemporary ? 0 : 1);
}
