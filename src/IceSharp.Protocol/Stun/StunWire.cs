using System.Buffers.Binary;

namespace IceSharp.Protocol.Stun;

/// <summary>Constants and bit layouts of the STUN wire format (RFC 8489 §5, §14).</summary>
internal static class StunWire
{
    public const int HeaderBytes = 20;
    public const int AttributeHeaderBytes = 4;
    public const uint MagicCookie = 0x2112A442;
    public const uint FingerprintXor = 0x5354554E;
    public const int Sha1Bytes = 20;
    public const int Sha256Bytes = 32;
    public const int MinSha256Bytes = 16;
    public const int MaxTextBytes = 763;

    /// <summary>Length of an attribute's value with its padding; computed in int because 0xFFFF rounds up past 16 bits.</summary>
    public static int Padded(int length) => (length + 3) & ~3;

    // The 12 method bits and the 2 class bits interleave: M11..M7 C1 M6..M4 C0 M3..M0.
    public static ushort Type(StunMethod method, StunClass @class)
    {
        int m = (int)method, c = (int)@class;
        return (ushort)(((m & 0xF80) << 2) | ((m & 0x070) << 1) | (m & 0x00F) | ((c & 2) << 7) | ((c & 1) << 4));
    }

    public static StunMethod Method(ushort type) =>
        (StunMethod)(((type & 0x3E00) >> 2) | ((type & 0x00E0) >> 1) | (type & 0x000F));

    public static StunClass Class(ushort type) => (StunClass)(((type & 0x0100) >> 7) | ((type & 0x0010) >> 4));

    /// <summary>The mask of XOR addresses: cookie, then transaction ID.</summary>
    public static UInt128 XorMask(in StunTransactionId id) => new(((ulong)MagicCookie << 32) | id.High, id.Low);

    public static void CheckSha256Bytes(int bytes, string parameterName)
    {
        if (bytes is < MinSha256Bytes or > Sha256Bytes || (bytes & 3) != 0)
        {
            throw new ArgumentOutOfRangeException(parameterName, bytes, "MESSAGE-INTEGRITY-SHA256 has 16 to 32 bytes in steps of 4.");
        }
    }

    public static void WriteLength(Span<byte> message, int messageBytes) =>
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], (ushort)(messageBytes - HeaderBytes));
}
