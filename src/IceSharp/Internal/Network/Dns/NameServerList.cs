using System.Net;
using System.Net.NetworkInformation;
using IceSharp.Protocol;

namespace IceSharp.Internal.Network.Dns;

/// <summary>The name servers that the system is set up with: those of its interfaces, or of /etc/resolv.conf where that is the only place.</summary>
internal static class NameServerList
{
    private const ushort DnsPort = 53;
    private const int MaxServers = 8;

    /// <summary>Reads the list; empty when there is none or the platform does not tell. Reads files and asks the system, so not on a loop.</summary>
    public static IReadOnlyList<IPEndPoint> Read()
    {
        var servers = new List<IPEndPoint>();
        try
        {
            // Interfaces with a way out first: on a system with a list an interface, those of an unconnected one lead nowhere.
            foreach (NetworkInterface nic in NetworkInterface.GetAllNetworkInterfaces().OrderBy(n => n.OperationalStatus != OperationalStatus.Up))
            {
                Add(servers, nic);
            }
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
        {
        }

        return servers;
    }

    /// <summary>Where to send to.</summary>
    public static IPEndPoint ToEndPoint(TransportAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return new IPEndPoint(new IPAddress(bytes[..address.Address.WriteTo(bytes)]), address.Port);
    }

    /// <summary>What the machine calls it: without the zone that a link-local server needs.</summary>
    public static TransportAddress ToTransportAddress(IPEndPoint endPoint)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = endPoint.Address.TryWriteBytes(bytes, out int count);
        return new TransportAddress(IpAddress.FromBytes(bytes[..count]), (ushort)endPoint.Port);
    }

    private static void Add(List<IPEndPoint> servers, NetworkInterface nic)
    {
        IPAddressCollection addresses;
        try
        {
            addresses = nic.GetIPProperties().DnsAddresses;
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
        {
            return;
        }

        foreach (IPAddress address in addresses)
        {
            var server = new IPEndPoint(address, DnsPort);

            // fec0:0:0:ffff::1 to 3: the placeholders of Windows for "none", where nobody ever answers.
            if (!address.IsIPv6SiteLocal && servers.Count < MaxServers && !servers.Contains(server))
            {
                servers.Add(server);
            }
        }
    }
}
