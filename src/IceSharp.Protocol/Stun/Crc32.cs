using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace IceSharp.Protocol.Stun;

/// <summary>The CRC-32 of ISO-HDLC and gzip, for FINGERPRINT (RFC 8489 §14.7).</summary>
internal static class Crc32
{
    private static readonly uint[] Tables = BuildTables();

    /// <summary>Computes it by carry-less multiplication where the processor can, by table otherwise.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) =>
        Pclmulqdq.IsSupported && data.Length >= Vector128<byte>.Count
            ? ~ByMultiplication(data)
            : ~ByTable(uint.MaxValue, data);

    /// <summary>The same by table alone: eight bytes a step.</summary>
    internal static uint ComputeByTable(ReadOnlySpan<byte> data) => ~ByTable(uint.MaxValue, data);

    // A message is a polynomial over GF(2), its first bit the highest power; all values here are bit-reflected as CRC-32 is.
    // 16 bytes stand for A·x^64 + B. To move them 16 bytes on is to multiply by x^128, and modulo P that is
    // A·(x^192 mod P) + B·(x^128 mod P): two carry-less multiplications, whose sum is added to the next 16 bytes.
    // The last 16 bytes shrink to 64 bits the same way and to 32 by Barrett's division.
    private static uint ByMultiplication(ReadOnlySpan<byte> data)
    {
        // x^(128+32) mod P and x^(128-32) mod P, reflected and shifted by one: the product of reflected factors lies one bit off.
        Vector128<long> fold = Vector128.Create(0x1751997D0L, 0x0CCAA009EL);

        ref byte start = ref MemoryMarshal.GetReference(data);
        int whole = data.Length & ~(Vector128<byte>.Count - 1);
        Vector128<long> state = Load(ref start, 0) ^ Vector128.Create(uint.MaxValue, 0, 0, 0).AsInt64();
        for (int offset = Vector128<byte>.Count; offset < whole; offset += Vector128<byte>.Count)
        {
            Vector128<long> moved = Pclmulqdq.CarrylessMultiply(state, fold, 0x00) ^ Pclmulqdq.CarrylessMultiply(state, fold, 0x11);
            state = moved ^ Load(ref start, offset);
        }

        return ByTable(Reduce(state, fold), data[whole..]);
    }

    private static uint Reduce(Vector128<long> state, Vector128<long> fold)
    {
        Vector128<long> low32 = Vector128.Create(uint.MaxValue, 0, 0, 0).AsInt64();
        Vector128<long> shrink = Vector128.Create(0x163CD6124L, 0);
        Vector128<long> barrett = Vector128.Create(0x1DB710641L, 0x1F7011641L);

        // 128 bits to 96, to 64.
        state = Pclmulqdq.CarrylessMultiply(state, fold, 0x10) ^ Sse2.ShiftRightLogical128BitLane(state, 8);
        state = Pclmulqdq.CarrylessMultiply(state & low32, shrink, 0x00) ^ Sse2.ShiftRightLogical128BitLane(state, 4);

        // The quotient by the reciprocal of P, then the remainder.
        Vector128<long> quotient = Pclmulqdq.CarrylessMultiply(state & low32, barrett, 0x10);
        Vector128<long> multiple = Pclmulqdq.CarrylessMultiply(quotient & low32, barrett, 0x00);
        return (state ^ multiple).AsUInt32().GetElement(1);
    }

    private static Vector128<long> Load(ref byte start, int offset) =>
        Vector128.LoadUnsafe(ref start, (nuint)offset).AsInt64();

    private static uint ByTable(uint crc, ReadOnlySpan<byte> data)
    {
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

        return crc;
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
