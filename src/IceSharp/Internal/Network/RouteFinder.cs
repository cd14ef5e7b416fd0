using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Internal.Network;

/// <summary>Asks the kernel for the local address of a route by connecting a UDP socket, which sends nothing (RFC 8828 §6.2).</summary>
internal static class RouteFinder
{
    private const int AnyPort = 9;

    /// <summary>The address, with what is known of its interface; null when there is no route.</summary>
    public static LocalInterfaceAddress? Find(IpAddress destination)
    {
        Span<byte> bytes = stackalloc byte[16];
        int count = destination.WriteTo(bytes);
        var remote = new IPAddress(bytes[..count]);
        IPAddress local;
        try
        {
            using var socket = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(new IPEndPoint(remote, AnyPort));
            local = ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return null;
        }

        local.TryWriteBytes(bytes, out count);
        IpAddress address = IpAddress.FromBytes(bytes[..count]);
        return InterfaceLister.List().FirstOrDefault(a => a.Address == address) ?? new LocalInterfaceAddress("route", address);
    }
}
