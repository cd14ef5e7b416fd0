using System.Buffers.Binary;

namespace IceSharp.Protocol.Stun;

/// <summary>The 96 bits that tie a response to its request (RFC 8489 §5).</summary>
/// <param name="High">The first 4 bytes in network order.</param>
/// <param name="Low">The last 8 bytes in network order.</param>
public readonly record struct StunTransactionId(uint High, ulong Low)
{
    /// <summary>Number of bytes on the wire.</summary>
    public const int ByteCount = 12;

    /// <summary>Draws a new one, uniformly from the source.</summary>
    public static StunTransactionId Create(IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> bytes = stackalloc byte[ByteCount];
        random.Fill(bytes);
        return Read(bytes);
    }

    /// <summary>Reads 12 bytes in network order.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is shorter.</exception>
    public static StunTransactionId Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]));

    /// <summary>Writes 12 bytes in network order.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter.</exception>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], Low);
    }

    /// <summary>24 hexadecimal digits.</summary>
    public override string ToString() => $"{High:x8}{Low:x16}";
}
