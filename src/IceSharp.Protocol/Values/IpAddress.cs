using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace IceSharp.Protocol;

/// <summary>An IPv4 or IPv6 address as a value: no allocation, no socket types, no zone.</summary>
/// <remarks>The protocol core's own type because <see cref="IPAddress"/> allocates and leads into <c>System.Net.Sockets</c>.</remarks>
public readonly record struct IpAddress : IComparable<IpAddress>
{
    private readonly UInt128 _bits;

    private IpAddress(IpFamily family, UInt128 bits)
    {
        Family = family;
        _bits = bits;
    }

    /// <summary>The family; <see cref="IpFamily.None"/> for the default value.</summary>
    public IpFamily Family { get; }

    /// <summary>Number of bytes on the wire: 4, 16, or 0 for the default value.</summary>
    public int ByteCount => Family switch { IpFamily.IPv4 => 4, IpFamily.IPv6 => 16, _ => 0 };

    /// <summary>127.0.0.1.</summary>
    public static IpAddress LoopbackV4 => FromIPv4(0x7F000001);

    /// <summary>::1.</summary>
    public static IpAddress LoopbackV6 => FromIPv6(UInt128.One);

    /// <summary>Whether this is 127.0.0.0/8 or ::1.</summary>
    public bool IsLoopback => Family == IpFamily.IPv4 ? (V4 >> 24) == 127 : Family == IpFamily.IPv6 && _bits == UInt128.One;

    /// <summary>Whether this is 0.0.0.0 or ::.</summary>
    public bool IsUnspecified => Family != IpFamily.None && _bits == UInt128.Zero;

    /// <summary>Whether this is 224.0.0.0/4 or ff00::/8.</summary>
    public bool IsMulticast => Family == IpFamily.IPv4 ? (V4 >> 28) == 0xE : Family == IpFamily.IPv6 && (byte)(_bits >> 120) == 0xFF;

    /// <summary>Whether this is 255.255.255.255.</summary>
    public bool IsBroadcast => Family == IpFamily.IPv4 && V4 == uint.MaxValue;

    /// <summary>Whether this is 169.254.0.0/16 or fe80::/10.</summary>
    public bool IsLinkLocal => Family == IpFamily.IPv4 ? (V4 >> 16) == 0xA9FE : Family == IpFamily.IPv6 && (ushort)(_bits >> 118) == 0x3FA;

    /// <summary>Whether this is the deprecated fec0::/10.</summary>
    public bool IsSiteLocal => Family == IpFamily.IPv6 && (ushort)(_bits >> 118) == 0x3FB;

    /// <summary>Whether this is ::ffff:0:0/96, an IPv4 address in IPv6 clothes.</summary>
    public bool IsIPv4Mapped => Family == IpFamily.IPv6 && (_bits >> 32) == 0xFFFF;

    /// <summary>Whether this is the deprecated ::/96 (other than :: and ::1).</summary>
    public bool IsIPv4Compatible => Family == IpFamily.IPv6 && (_bits >> 32) == UInt128.Zero && _bits > UInt128.One;

    /// <summary>Whether this is the unique local fc00::/7 (RFC 4193).</summary>
    public bool IsUniqueLocal => Family == IpFamily.IPv6 && (byte)(_bits >> 121) == 0x7E;

    private uint V4 => (uint)_bits;

    /// <summary>Whether this address and another one are of one family and agree in the leading bits.</summary>
    /// <param name="other">The other one.</param>
    /// <param name="bits">How many; 0 to 32, or 128 for IPv6.</param>
    public bool HasPrefix(IpAddress other, int bits)
    {
        int differing = (ByteCount * 8) - bits;
        return Family == other.Family && (differing >= ByteCount * 8 || (_bits >> differing) == (other._bits >> differing));
    }

    /// <summary>Makes an IPv4 address from its value in host order, for example 0x7F000001.</summary>
    public static IpAddress FromIPv4(uint value) => new(IpFamily.IPv4, value);

    /// <summary>Makes an IPv6 address from its value in host order.</summary>
    public static IpAddress FromIPv6(UInt128 value) => new(IpFamily.IPv6, value);

    /// <summary>Makes an address from 4 or 16 bytes in network order.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is neither 4 nor 16 bytes long.</exception>
    public static IpAddress FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        4 => FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes)),
        16 => FromIPv6(BinaryPrimitives.ReadUInt128BigEndian(bytes)),
        _ => throw new ArgumentException($"An IP address has 4 or 16 bytes, not {bytes.Length}.", nameof(bytes)),
    };

    /// <summary>Reads a literal: four decimal groups, or IPv6 text without brackets and zone.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out IpAddress address) => TryParse(text.AsSpan(), out address);

    /// <summary>Reads a literal: four decimal groups, or IPv6 text without brackets and zone.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpAddress address)
    {
        address = default;
        bool plausible = text.Contains(':') ? text.IndexOfAny('[', ']', '%') < 0 : IsDottedQuad(text);
        Span<byte> bytes = stackalloc byte[16];
        if (!plausible || !IPAddress.TryParse(text, out IPAddress? parsed) || !parsed.TryWriteBytes(bytes, out int count))
        {
            return false;
        }

        address = FromBytes(bytes[..count]);
        return true;
    }

    /// <summary>Reads a literal.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is no IP address literal.</exception>
    public static IpAddress Parse(string text) =>
        TryParse(text, out IpAddress address) ? address : throw new FormatException($"'{text}' is not an IPv4 or IPv6 address.");

    /// <summary>An IPv4-mapped IPv6 address as the IPv4 address it stands for; every other address unchanged.</summary>
    public IpAddress Unmap() => IsIPv4Mapped ? FromIPv4((uint)_bits) : this;

    /// <summary>Writes the address in network order and returns how many bytes that took (4 or 16; 0 for the default value).</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public int WriteTo(Span<byte> destination)
    {
        switch (Family)
        {
            case IpFamily.IPv4:
                BinaryPrimitives.WriteUInt32BigEndian(destination, V4);
                return 4;
            case IpFamily.IPv6:
                BinaryPrimitives.WriteUInt128BigEndian(destination, _bits);
                return 16;
            default:
                return 0;
        }
    }

    /// <inheritdoc/>
    public int CompareTo(IpAddress other)
    {
        int byFamily = Family.CompareTo(other.Family);
        return byFamily != 0 ? byFamily : _bits.CompareTo(other._bits);
    }

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    public static bool operator <(IpAddress left, IpAddress right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>.</summary>
    public static bool operator >(IpAddress left, IpAddress right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> sorts before or with <paramref name="right"/>.</summary>
    public static bool operator <=(IpAddress left, IpAddress right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> sorts after or with <paramref name="right"/>.</summary>
    public static bool operator >=(IpAddress left, IpAddress right) => left.CompareTo(right) >= 0;

    /// <summary>The literal, IPv6 without brackets; "none" for the default value.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        int count = WriteTo(bytes);
        return count == 0 ? "none" : new IPAddress(bytes[..count]).ToString();
    }

    private static bool IsDottedQuad(ReadOnlySpan<char> text)
    {
        int groups = 1, digits = 0;
        foreach (char c in text)
        {
            if (c == '.' && digits > 0)
            {
                groups++;
                digits = 0;
            }
            else if (!char.IsAsciiDigit(c) || ++digits > 3)
            {
                return false;
            }
        }

        return groups == 4 && digits > 0 && !HasLeadingZero(text);
    }

    // "010" would be octal eight to some parsers and ten to others.
    private static bool HasLeadingZero(ReadOnlySpan<char> text)
    {
        for (int i = 0; i + 1 < text.Length; i++)
        {
            if (text[i] == '0' && char.IsAsciiDigit(text[i + 1]) && (i == 0 || text[i - 1] == '.'))
            {
                return true;
            }
        }

        return false;
    }
}
