namespace IceSharp.Protocol.Agent;

/// <summary>How a network with a NAT64 writes IPv4 addresses as IPv6 ones (RFC 6052 §2.2), found out by a name that has IPv4 addresses only (RFC 7050).</summary>
internal sealed class Nat64Prefix
{
    /// <summary>The name whose only IPv4 addresses are 192.0.0.170 and 192.0.0.171: whatever IPv6 addresses it has were made by a DNS64.</summary>
    public const string WellKnownName = "ipv4only.arpa";

    private const int ReservedByte = 8;

    private static ReadOnlySpan<byte> Lengths => [12, 8, 7, 6, 5, 4];

    private readonly byte[] _template;
    private readonly int _prefixBytes;

    private Nat64Prefix(byte[] template, int prefixBytes)
    {
        _template = template;
        _prefixBytes = prefixBytes;
    }

    /// <summary>The prefix that the addresses of <see cref="WellKnownName"/> show; null when none of them holds a well-known IPv4 address.</summary>
    public static Nat64Prefix? Find(IEnumerable<IpAddress> addresses)
    {
        foreach (IpAddress address in addresses.Where(a => a.Family == IpFamily.IPv6))
        {
            byte[] bytes = new byte[16];
            address.WriteTo(bytes);
            foreach (byte length in Lengths)
            {
                var candidate = new Nat64Prefix(bytes, length);
                if (candidate.Embedded() is 0xC00000AA or 0xC00000AB)
                {
                    return candidate;
                }
            }
        }

        return null;
    }

    /// <summary>The IPv6 address that leads to an IPv4 one.</summary>
    public IpAddress Synthesize(IpAddress address)
    {
        Span<byte> embedded = stackalloc byte[4];
        address.WriteTo(embedded);
        Span<byte> bytes = stackalloc byte[16];
        _template.AsSpan(0, _prefixBytes).CopyTo(bytes);
        int at = _prefixBytes;
        foreach (byte b in embedded)
        {
            at += at == ReservedByte ? 1 : 0;
            bytes[at++] = b;
        }

        return IpAddress.FromBytes(bytes);
    }

    // The four bytes behind the prefix, leaving out the reserved one.
    private uint Embedded()
    {
        uint value = 0;
        int at = _prefixBytes;
        for (int i = 0; i < 4; i++)
        {
            at += at == ReservedByte ? 1 : 0;
            value = (value << 8) | _template[at++];
        }

        return value;
    }
}
