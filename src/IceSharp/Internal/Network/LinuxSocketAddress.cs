using System.Buffers.Binary;
using IceSharp.Protocol;

namespace IceSharp.Internal.Network;

/// <summary>Linux's <c>sockaddr_in</c> and <c>sockaddr_in6</c> as bytes.</summary>
internal static class LinuxSocketAddress
{
    public const int MaxBytes = 28;
    private const int IPv4Bytes = 16;
    private const ushort IPv4Family = 2;
    private const ushort IPv6Family = 10;

    /// <summary>Writes an address and returns its length.</summary>
    public static int Write(Span<byte> name, TransportAddress address, uint scopeId)
    {
        name[..MaxBytes].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(name[2..], address.Port);
        if (address.Family == IpFamily.IPv4)
        {
            WriteHostOrder(name, IPv4Family);
            address.Address.WriteTo(name[4..]);
            return IPv4Bytes;
        }

        WriteHostOrder(name, IPv6Family);
        address.Address.WriteTo(name[8..]);
        if (address.Address.IsLinkLocal)
        {
            BitConverter.TryWriteBytes(name[24..], scopeId);
        }

        return MaxBytes;
    }

    /// <summary>Reads an address; the default value when it is of another family.</summary>
    public static TransportAddress Read(ReadOnlySpan<byte> name)
    {
        ushort family = name.Length < IPv4Bytes ? (ushort)0 : BitConverter.ToUInt16(name);
        return family switch
        {
            IPv4Family => new TransportAddress(IpAddress.FromBytes(name.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(name[2..])),
            IPv6Family when name.Length >= MaxBytes =>
                new TransportAddress(IpAddress.FromBytes(name.Slice(8, 16)).Unmap(), BinaryPrimitives.ReadUInt16BigEndian(name[2..])),
            _ => default,
        };
    }

    private static void WriteHostOrder(Span<byte> name, ushort family) => BitConverter.TryWriteBytes(name, family);
}
