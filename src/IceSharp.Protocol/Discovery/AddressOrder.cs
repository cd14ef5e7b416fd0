namespace IceSharp.Protocol.Discovery;

/// <summary>The order in which the addresses of one server are tried.</summary>
/// <remarks>Thread safe: holds no state.</remarks>
public static class AddressOrder
{
    /// <summary>Lets the families take turns, beginning with the family of the first address; inside a family the order stays (RFC 8305 §4, with a First Address Family Count of 1).</summary>
    /// <param name="addresses">The addresses, the preferred first (RFC 6724); not changed.</param>
    public static IReadOnlyList<IpAddress> Interleave(IReadOnlyList<IpAddress> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        if (addresses.Count < 3)
        {
            return addresses;
        }

        IpFamily leader = addresses[0].Family;
        var leading = new Queue<IpAddress>(addresses.Where(a => a.Family == leader));
        var following = new Queue<IpAddress>(addresses.Where(a => a.Family != leader));
        var ordered = new List<IpAddress>(addresses.Count);
        while (ordered.Count < addresses.Count)
        {
            Move(leading, ordered);
            Move(following, ordered);
        }

        return ordered;
    }

    private static void Move(Queue<IpAddress> from, List<IpAddress> to)
    {
        if (from.TryDequeue(out IpAddress address))
        {
            to.Add(address);
        }
    }
}
