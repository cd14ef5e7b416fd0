using System.Net;
using IceSharp.Protocol;

namespace IceSharp.Internal.Network.Dns;

/// <summary>The system's lookup of addresses: hosts file, mDNS and whatever else it knows besides DNS; sorted by it (RFC 6724).</summary>
internal static class AddressLookup
{
    public static async Task<IReadOnlyList<IpAddress>> RunAsync(string hostName, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await System.Net.Dns.GetHostAddressesAsync(hostName, cancellationToken).ConfigureAwait(false);
        Span<byte> bytes = stackalloc byte[16];
        var found = new List<IpAddress>(addresses.Length);
        foreach (IPAddress address in addresses)
        {
            if (address.TryWriteBytes(bytes, out int count) && !found.Contains(IpAddress.FromBytes(bytes[..count])))
            {
                found.Add(IpAddress.FromBytes(bytes[..count]));
            }
        }

        return found;
    }
}
