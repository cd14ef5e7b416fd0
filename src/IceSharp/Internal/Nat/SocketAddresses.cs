using System.Net;
using IceSharp.Protocol;

namespace IceSharp.Internal.Nat;

/// <summary>Addresses in the framework's words and ours, where speed does not matter.</summary>
internal static class SocketAddresses
{
    public static IpAddress ToIpAddress(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int count);
        return IpAddress.FromBytes(bytes[..count]).Unmap();
    }

    public static TransportAddress ToTransportAddress(EndPoint endPoint) =>
        endPoint is IPEndPoint ip ? new TransportAddress(ToIpAddress(ip.Address), (ushort)ip.Port) : default;

    public static IPEndPoint ToEndPoint(TransportAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        int count = address.Address.WriteTo(bytes);
        return new IPEndPoint(new IPAddress(bytes[..count]), address.Port);
    }
}
