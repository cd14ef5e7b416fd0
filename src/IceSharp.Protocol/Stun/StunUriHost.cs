using System.Globalization;
using System.Text;

namespace IceSharp.Protocol.Stun;

/// <summary>Reads the host of a STUN or TURN URI: RFC 3986's host without IPvFuture and zones.</summary>
internal static class StunUriHost
{
    /// <summary>Reads a host from the front of <paramref name="text"/> and leaves what follows it there.</summary>
    public static bool TryRead(ref ReadOnlySpan<char> text, out string host, out IpAddress? address)
    {
        host = string.Empty;
        address = null;
        return text is ['[', ..] ? TryReadBracketed(ref text, ref host, ref address) : TryReadName(ref text, ref host, ref address);
    }

    /// <summary>Whether RFC 3986 calls the character unreserved.</summary>
    public static bool IsUnreserved(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~';

    private static bool TryReadBracketed(ref ReadOnlySpan<char> text, ref string host, ref IpAddress? address)
    {
        int end = text.IndexOf(']');
        if (end < 0 || !IpAddress.TryParse(text[1..end], out IpAddress parsed) || parsed.Family != IpFamily.IPv6)
        {
            return false;
        }

        host = text[1..end].ToString();
        address = parsed;
        text = text[(end + 1)..];
        return true;
    }

    private static bool TryReadName(ref ReadOnlySpan<char> text, ref string host, ref IpAddress? address)
    {
        int end = text.IndexOf(':');
        ReadOnlySpan<char> name = end < 0 ? text : text[..end];
        if (name.IsEmpty || !TryDecode(name, out host))
        {
            return false;
        }

        // What is not exactly four decimal groups stays a name: no lenient reading of "1.2.3" or "010.0.0.1".
        if (IpAddress.TryParse(host, out IpAddress parsed) && parsed.Family == IpFamily.IPv4)
        {
            address = parsed;
        }

        text = end < 0 ? [] : text[end..];
        return true;
    }

    private static bool TryDecode(ReadOnlySpan<char> name, out string host)
    {
        host = string.Empty;
        byte[] bytes = new byte[name.Length];
        int count = 0;
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (c == '%')
            {
                if (i + 2 >= name.Length || !byte.TryParse(name.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
                    || value is < 0x20 or 0x7F)
                {
                    return false;
                }

                bytes[count++] = value;
                i += 2;
            }
            else if (IsUnreserved(c) || "!$&'()*+,;=".Contains(c, StringComparison.Ordinal))
            {
                bytes[count++] = (byte)c;
            }
            else
            {
                return false;
            }
        }

        host = Encoding.UTF8.GetString(bytes, 0, count);
        return true;
    }
}
