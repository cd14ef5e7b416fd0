using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace IceSharp.Internal.Nat;

/// <summary>The MTU of the interface that has an address.</summary>
internal static class InterfaceMtu
{
    private const int LeastBytes = 576, MostBytes = 65_000;

    /// <summary>Finds it; null where the system does not tell.</summary>
    public static int? Find(IPAddress address)
    {
        try
        {
            foreach (NetworkInterface nic in NetworkInterface.GetAllNetworkInterfaces())
            {
                IPInterfaceProperties properties = nic.GetIPProperties();
                if (properties.UnicastAddresses.Any(a => a.Address.Equals(address)))
                {
                    int mtu = address.AddressFamily == AddressFamily.InterNetwork ? properties.GetIPv4Properties().Mtu : properties.GetIPv6Properties().Mtu;
                    return mtu > 0 ? Math.Clamp(mtu, LeastBytes, MostBytes) : null;
                }
            }
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
        {
            // The default of the settings serves.
        }

        return null;
    }
}
