using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace IceSharp.Protocol;

/// <summary>An IP address and port (RFC 8445 §4 "transport address", the transport being known from context).</summary>
/// <param name="Address">The IP address.</param>
/// <param name="Port">The port, 0 to 65535.</param>
public readonly record struct TransportAddress(IpAddress Address, ushort Port) : IComparable<TransportAddress>
{
    /// <summary>The family of <see cref="Address"/>.</summary>
    public IpFamily Family => Address.Family;

    /// <summary>Reads "192.0.2.1:3478" or "[2001:db8::1]:3478".</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TransportAddress address)
    {
        address = default;
        int colon = text?.LastIndexOf(':') ?? -1;
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return false;
        }

        ReadOnlySpan<char> host = text.AsSpan(0, colon);
        bool bracketed = host is ['[', .., ']'];
        if (bracketed)
        {
            host = host[1..^1];
        }

        if (!IpAddress.TryParse(host, out IpAddress ip) || bracketed != (ip.Family == IpFamily.IPv6))
        {
            return false;
        }

        address = new TransportAddress(ip, port);
        return true;
    }

    /// <summary>Reads "192.0.2.1:3478" or "[2001:db8::1]:3478".</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is neither.</exception>
    public static TransportAddress Parse(string text) =>
        TryParse(text, out TransportAddress address) ? address : throw new FormatException($"'{text}' is not an address with a port.");

    /// <inheritdoc/>
    public int CompareTo(TransportAddress other)
    {
        int byAddress = Address.CompareTo(other.Address);
        return byAddress != 0 ? byAddress : Port.CompareTo(other.Port);
    }

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    public static bool operator <(TransportAddress left, TransportAddress right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>.</summary>
    public static bool operator >(TransportAddress left, TransportAddress right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> sorts before or with <paramref name="right"/>.</summary>
    public static bool operator <=(TransportAddress left, TransportAddress right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> sorts after or with <paramref name="right"/>.</summary>
    public static bool operator >=(TransportAddress left, TransportAddress right) => left.CompareTo(right) >= 0;

    /// <summary>"192.0.2.1:3478", or "[2001:db8::1]:3478" for IPv6.</summary>
    public override string ToString()
    {
        string port = Port.ToString(CultureInfo.InvariantCulture);
        return Family == IpFamily.IPv6 ? $"[{Address}]:{port}" : $"{Address}:{port}";
    }
}
