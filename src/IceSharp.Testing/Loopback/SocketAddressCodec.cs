using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Transport addresses to and from the operating system's form, without an allocation per datagram.</summary>
internal static class SocketAddressCodec
{
    private const int PortOffset = 2;
    private const int V4Offset = 4;
    private const int V6Offset = 8;

    public static TransportAddress Read(SocketAddress address)
    {
        ReadOnlySpan<byte> bytes = address.Buffer.Span;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(bytes[PortOffset..]);
        return address.Family == AddressFamily.InterNetworkV6
            ? new TransportAddress(IpAddress.FromBytes(bytes.Slice(V6Offset, 16)).Unmap(), port)
            : new TransportAddress(IpAddress.FromBytes(bytes.Slice(V4Offset, 4)), port);
    }

    /// <summary>Writes into an address of the same family.</summary>
    public static void Write(TransportAddress address, SocketAddress destination)
    {
        Span<byte> bytes = destination.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[PortOffset..], address.Port);
        address.Address.WriteTo(bytes[(address.Family == IpFamily.IPv6 ? V6Offset : V4Offset)..]);
    }

    public static IPEndPoint ToEndPoint(TransportAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        int count = address.Address.WriteTo(bytes);
        return new IPEndPoint(new IPAddress(bytes[..count]), address.Port);
    }
}
