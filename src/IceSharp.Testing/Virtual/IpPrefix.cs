using System.Buffers.Binary;
using System.Globalization;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>An address prefix: "2001:db8:1::/48".</summary>
internal readonly record struct IpPrefix(IpAddress Address, int Length)
{
    /// <exception cref="FormatException"><paramref name="text"/> is no prefix.</exception>
    public static IpPrefix Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || !IpAddress.TryParse(text.AsSpan(0, slash), out IpAddress address)
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            || length > address.ByteCount * 8)
        {
            throw new FormatException($"'{text}' is no prefix like 2001:db8:1::/48.");
        }

        return new IpPrefix(address, length);
    }

    public bool Contains(IpAddress address)
    {
        if (address.Family != Address.Family)
        {
            return false;
        }

        int rest = (address.ByteCount * 8) - Length;
        return rest >= 128 || (Bits(address) ^ Bits(Address)) >> rest == UInt128.Zero;
    }

    /// <summary>An IPv4 address inside a prefix of 96 bits (RFC 6052 §2.2).</summary>
    public IpAddress Embed(IpAddress v4) => IpAddress.FromIPv6(Bits(Address) | Bits(v4));

    /// <summary>The IPv4 address in the last 32 bits.</summary>
    public static IpAddress Extract(IpAddress v6) => IpAddress.FromIPv4((uint)Bits(v6));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Length}");

    private static UInt128 Bits(IpAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.WriteTo(bytes[(16 - address.ByteCount)..]);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
