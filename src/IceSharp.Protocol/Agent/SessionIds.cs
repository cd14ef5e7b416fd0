using System.Buffers.Binary;

namespace IceSharp.Protocol.Agent;

/// <summary>Draws the identification of a session in <c>o=</c> (RFC 8866 §5.2): 62 random bits, which every reader takes as a signed number.</summary>
internal static class SessionIds
{
    public static ulong New(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[8];
        random.Fill(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 2;
    }
}
