using System.Globalization;

namespace IceSharp.Protocol.Dns;

/// <summary>Domain names between their text and their wire form (RFC 1035 §3.1, §4.1.4).</summary>
internal static class DnsName
{
    /// <summary>Most bytes of a name on the wire, lengths and root included.</summary>
    public const int MaxWireBytes = 255;

    private const int MaxLabelBytes = 63;

    // No server needs more: a name it compresses points once, to one that may itself point.
    private const int MaxPointers = 16;

    /// <summary>Whether the text is a name that can be asked for: printable ASCII, labels of 1 to 63 bytes, 255 in all, not the root.</summary>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        Span<byte> wire = stackalloc byte[MaxWireBytes];
        return TryWrite(name, wire, out _);
    }

    /// <summary>Writes a name without compression. A dot at its end is allowed; escapes are not.</summary>
    public static bool TryWrite(ReadOnlySpan<char> name, Span<byte> destination, out int length)
    {
        length = 0;
        if (name is [.., '.'])
        {
            name = name[..^1];
        }

        while (true)
        {
            int dot = name.IndexOf('.');
            ReadOnlySpan<char> label = dot < 0 ? name : name[..dot];
            if (label.Length is 0 or > MaxLabelBytes || length + label.Length + 2 > Math.Min(MaxWireBytes, destination.Length))
            {
                return false;
            }

            destination[length++] = (byte)label.Length;
            foreach (char c in label)
            {
                if (c is <= ' ' or > '~' or '\\')
                {
                    return false;
                }

                destination[length++] = (byte)c;
            }

            if (dot < 0)
            {
                destination[length++] = 0;
                return true;
            }

            name = name[(dot + 1)..];
        }
    }

    /// <summary>Reads a name and follows its compression pointers; bytes that would mislead in text are escaped (RFC 1035 §5.1). The root is ".".</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int offset, out string name)
    {
        name = string.Empty;
        Span<char> text = stackalloc char[MaxWireBytes * 4];
        int written = 0, wireBytes = 1, pointers = 0;
        int position = offset, segment = offset;
        while (position < message.Length)
        {
            int length = message[position];
            if (length == 0)
            {
                offset = pointers == 0 ? position + 1 : offset;
                name = written == 0 ? "." : new string(text[..written]);
                return true;
            }

            if (length >= 0xC0)
            {
                // Only to what stands before all that was read so far: what always descends comes to an end.
                int target = position + 1 < message.Length ? ((length & 0x3F) << 8) | message[position + 1] : int.MaxValue;
                if (target >= segment || pointers == MaxPointers)
                {
                    return false;
                }

                offset = pointers++ == 0 ? position + 2 : offset;
                position = segment = target;
                continue;
            }

            wireBytes += length + 1;
            if (length > MaxLabelBytes || wireBytes > MaxWireBytes || position + length >= message.Length)
            {
                return false;
            }

            if (written > 0)
            {
                text[written++] = '.';
            }

            WriteLabel(message.Slice(position + 1, length), text, ref written);
            position += length + 1;
        }

        return false;
    }

    /// <summary>Whether two names are the same: case does not count (RFC 4343), nor does a dot at the end.</summary>
    public static bool AreSame(ReadOnlySpan<char> one, ReadOnlySpan<char> other) =>
        one.TrimEnd('.').Equals(other.TrimEnd('.'), StringComparison.OrdinalIgnoreCase);

    private static void WriteLabel(ReadOnlySpan<byte> label, Span<char> text, ref int written)
    {
        foreach (byte b in label)
        {
            if (b is (byte)'.' or (byte)'\\')
            {
                text[written++] = '\\';
                text[written++] = (char)b;
            }
            else if (b is > (byte)' ' and <= (byte)'~')
            {
                text[written++] = (char)b;
            }
            else
            {
                text[written++] = '\\';
                b.TryFormat(text[written..], out int digits, "000", CultureInfo.InvariantCulture);
                written += digits;
            }
        }
    }
}
