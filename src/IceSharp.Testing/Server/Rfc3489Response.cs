using System.Buffers.Binary;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The answer to a Binding request of RFC 3489, which has 16 free bytes where there is a cookie now (RFC 5389 §12.2).</summary>
internal static class Rfc3489Response
{
    private const int HeaderBytes = 20;

    /// <summary>Writes it if the datagram is such a request.</summary>
    public static bool TryWrite(ReadOnlySpan<byte> datagram, TransportAddress client, out byte[] response)
    {
        response = [];
        if (datagram.Length < HeaderBytes || BinaryPrimitives.ReadUInt16BigEndian(datagram) != 0x0001
            || HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) != datagram.Length)
        {
            return false;
        }

        int addressBytes = client.Address.ByteCount;
        response = new byte[HeaderBytes + 8 + addressBytes];
        BinaryPrimitives.WriteUInt16BigEndian(response, 0x0101);
        BinaryPrimitives.WriteUInt16BigEndian(response.AsSpan(2), (ushort)(8 + addressBytes));
        datagram.Slice(4, 16).CopyTo(response.AsSpan(4));
        BinaryPrimitives.WriteUInt16BigEndian(response.AsSpan(20), 0x0001);
        BinaryPrimitives.WriteUInt16BigEndian(response.AsSpan(22), (ushort)(4 + addressBytes));
        response[25] = (byte)client.Address.Family;
        BinaryPrimitives.WriteUInt16BigEndian(response.AsSpan(26), client.Port);
        client.Address.WriteTo(response.AsSpan(28));
        return true;
    }
}
