namespace IceSharp.Protocol.Agent;

/// <summary>Orders local addresses so that no IP family is exhausted before the other starts (RFC 8421 §4).</summary>
internal static class LocalPreferences
{
    /// <summary>The same addresses, best first: IPv6 has a head start of (N4 + N6) / N4, then the families alternate at that rate.</summary>
    public static List<LocalInterfaceAddress> Interleave(IReadOnlyList<LocalInterfaceAddress> addresses)
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
}
