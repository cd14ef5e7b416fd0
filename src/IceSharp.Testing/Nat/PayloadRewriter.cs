using System.Text;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>What a generic ALG does: replaces an address wherever it seems to stand in a payload, as bytes or as text.</summary>
internal static class PayloadRewriter
{
    public static byte[] Rewrite(byte[] payload, IpAddress from, IpAddress to)
    {
        byte[] text = Replace(payload, Encoding.ASCII.GetBytes(from.ToString()), Encoding.ASCII.GetBytes(to.ToString()));
        return from.ByteCount == to.ByteCount ? Replace(text, Bytes(from), Bytes(to)) : text;
    }

    private static byte[] Replace(byte[] payload, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        if (payload.AsSpan().IndexOf(from) < 0)
        {
            return payload;
        }

        List<byte> rewritten = [];
        ReadOnlySpan<byte> rest = payload;
        for (int at = rest.IndexOf(from); at >= 0; at = rest.IndexOf(from))
        {
            rewritten.AddRange(rest[..at]);
            rewritten.AddRange(to);
            rest = rest[(at + from.Length)..];
        }

        rewritten.AddRange(rest);
        return [.. rewritten];
    }

    private static byte[] Bytes(IpAddress address)
    {
        byte[] bytes = new byte[address.ByteCount];
        address.WriteTo(bytes);
        return bytes;
    }
}
