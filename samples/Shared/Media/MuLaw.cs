using System.Buffers.Binary;
using System.Numerics;

namespace IceSharp.Samples.Media;

/// <summary>G.711 µ-law: 8 bit a sample on a logarithmic scale, RTP payload type 0 (PCMU).</summary>
internal static class MuLaw
{
    /// <summary>The code of silence.</summary>
    public const byte Silence = 0xFF;

    // The bias makes every segment begin at a power of two; what lies above the clip level would overflow the last one.
    private const int Bias = 0x84, Clip = 32635;

    /// <summary>The code nearest to a sample.</summary>
    public static byte Encode(short sample)
    {
        int magnitude = Math.Min(Math.Abs((int)sample), Clip) + Bias;
        int segment = BitOperations.Log2((uint)magnitude) - 7;
        int step = (magnitude >> (segment + 3)) & 0x0F;
        return (byte)~((sample < 0 ? 0x80 : 0) | (segment << 4) | step);
    }

    /// <summary>The sample a code stands for.</summary>
    public static short Decode(byte code)
    {
        int bits = ~code;
        int magnitude = ((((bits & 0x0F) << 3) + Bias) << ((bits & 0x70) >> 4)) - Bias;
        return (short)((bits & 0x80) != 0 ? -magnitude : magnitude);
    }

    /// <summary>Codes little-endian 16 bit samples; an odd byte at the end is ignored.</summary>
    public static byte[] EncodePcm16(ReadOnlySpan<byte> samples)
    {
        byte[] codes = new byte[samples.Length / 2];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = Encode(BinaryPrimitives.ReadInt16LittleEndian(samples[(2 * i)..]));
        }

        return codes;
    }
}
