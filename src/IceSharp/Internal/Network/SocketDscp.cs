using System.Net.Sockets;

namespace IceSharp.Internal.Network;

/// <summary>Sets the DSCP of what a socket sends: the upper six bits of IPv4's type of service and of IPv6's traffic class.</summary>
internal static class SocketDscp
{
    private const int LevelIPv6 = 41;
    private const int TrafficClassLinux = 67;
    private const int TrafficClassBsd = 36;

    /// <summary>False where the system has no such setting or refuses it. Windows takes the setting and ignores it: there policies decide.</summary>
    public static bool TrySet(Socket socket, int dscp)
    {
        try
        {
            int octet = dscp << 2;
            if (socket.AddressFamily == AddressFamily.InterNetwork)
            {
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, octet);
                return true;
            }

            int name = OperatingSystem.IsLinux() ? TrafficClassLinux : OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? TrafficClassBsd : 0;
            if (name == 0)
            {
                return false;
            }

            socket.SetRawSocketOption(LevelIPv6, name, BitConverter.GetBytes(octet));
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
