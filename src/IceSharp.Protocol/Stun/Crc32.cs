using System.Buffers.Binary;

namespace IceSharp.Protocol.Stun;

/// <summary>The CRC-32 of ISO-HDLC and gzip, for FINGERPRINT (RFC 8489 §14.7).</summary>
internal static class Crc32
{
    private static readonly uint[] Tables = BuildTables();

    public static uint Compute(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        ReadOnlySpan<uint> t = Tables;
        while (data.Length >= 8)
        {
            ulong v = BinaryPrimitives.ReadUInt64LittleEndian(data) ^ crc;
            crc = t[(7 * 256) + (byte)v] ^ t[(6 * 256) + (byte)(v >> 8)]
                ^ t[(5 * 256) + (byte)(v >> 16)] ^ t[(4 * 256) + (byte)(v >> 24)]
                ^ t[(3 * 256) + (byte)(v >> 32)] ^ t[(2 * 256) + (byte)(v >> 40)]
                ^ t[256 + (byte)(v >> 48)] ^ t[(byte)(v >> 56)];
            data = data[8..];
        }

        foreach (byte b in data)
        {
            crc = t[(byte)(crc ^ b)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] BuildTables()
    {
        uint[] tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }

            tables[i] = crc;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            tables[i] = tables[(byte)tables[i - 256]] ^ (tables[i - 256] >> 8);
        }

        return tables;
    }
}
