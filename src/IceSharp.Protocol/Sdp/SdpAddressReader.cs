namespace IceSharp.Protocol.Sdp;

/// <summary>Tells IP literals, names and nonsense apart in an address field (RFC 8839 §5.1).</summary>
internal static class SdpAddressReader
{
    private const int MaxNameLength = 255;

    public static SdpAddressKind Read(ReadOnlySpan<char> text, out IpAddress address)
    {
        if (IpAddress.TryParse(text, out address))
        {
            return SdpAddressKind.Ip;
        }

        if (!IsName(text))
        {
            return SdpAddressKind.Malformed;
        }

        const string Local = ".local";
        if (!text.EndsWith(Local, StringComparison.OrdinalIgnoreCase))
        {
            return SdpAddressKind.DomainName;
        }

        return IsUuid(text[..^Local.Length]) ? SdpAddressKind.MdnsName : SdpAddressKind.OtherLocalName;
    }

    // A name whose last label is a number would be an IPv4 literal to a resolver: "192.0.2.300" is a broken address, not a name.
    private static bool IsName(ReadOnlySpan<char> text)
    {
        bool lastLabelHasLetter = false, labelEmpty = true;
        foreach (char c in text)
        {
            if (c == '.')
            {
                if (labelEmpty)
                {
                    return false;
                }

                labelEmpty = true;
                lastLabelHasLetter = false;
            }
            else if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            {
                labelEmpty = false;
                lastLabelHasLetter |= !char.IsAsciiDigit(c);
            }
            else
            {
                return false;
            }
        }

        return text.Length <= MaxNameLength && lastLabelHasLetter;
    }

    private static bool IsUuid(ReadOnlySpan<char> text)
    {
        if (text.Length != 36)
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit(text[i]))
            {
                return false;
            }
        }

        return true;
    }
}
