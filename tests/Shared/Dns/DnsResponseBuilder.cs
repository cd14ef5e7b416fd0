using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace IceSharp.TestDns;

/// <summary>Writes DNS responses byte by byte, without the library's own code.</summary>
internal sealed class DnsResponseBuilder
{
    public const ushort A = 1, Cname = 5, Aaaa = 28, Srv = 33, Naptr = 35;

    private readonly List<byte> _bytes = [];

    /// <summary>Begins with a header and the question of a query.</summary>
    public static DnsResponseBuilder For(ReadOnlySpan<byte> query, ushort flags = 0x8180)
    {
        int end = 12;
        while (query[end] != 0)
        {
            end += query[end] + 1;
        }

        var builder = new DnsResponseBuilder();
        builder._bytes.AddRange(query[..(end + 5)]);
        builder.Put16(2, flags);
        builder.Put16(6, 0);
        builder.Put16(8, 0);
        builder.Put16(10, 0);
        return builder;
    }

    /// <summary>The name and type that a query asks for.</summary>
    public static (string Name, ushort Type) ReadQuestion(ReadOnlySpan<byte> query)
    {
        var labels = new List<string>();
        int at = 12;
        while (query[at] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(query.Slice(at + 1, query[at])));
            at += query[at] + 1;
        }

        return (string.Join('.', labels), BinaryPrimitives.ReadUInt16BigEndian(query[(at + 1)..]));
    }

    public DnsResponseBuilder Address(string owner, string address) =>
        Record(owner, address.Contains(':', StringComparison.Ordinal) ? Aaaa : A, IPAddress.Parse(address).GetAddressBytes());

    public DnsResponseBuilder Alias(string owner, string target) => Record(owner, Cname, Name(target));

    public DnsResponseBuilder Service(string owner, ushort priority, ushort weight, ushort port, string target) =>
        Record(owner, Srv, [.. Number(priority), .. Number(weight), .. Number(port), .. Name(target)]);

    public DnsResponseBuilder Rule(string owner, ushort order, ushort preference, string flags, string services, string regexp, string replacement) =>
        Record(owner, Naptr, [.. Number(order), .. Number(preference), .. Text(flags), .. Text(services), .. Text(regexp), .. Name(replacement)]);

    /// <summary>Adds a record as it is. An empty owner becomes a pointer to the question's name.</summary>
    public DnsResponseBuilder Record(string owner, ushort type, byte[] data, uint timeToLive = 300)
    {
        _bytes.AddRange(owner.Length == 0 ? [0xC0, 12] : Name(owner));
        _bytes.AddRange([.. Number(type), 0, 1, .. Number((ushort)(timeToLive >> 16)), .. Number((ushort)timeToLive), .. Number((ushort)data.Length), .. data]);
        Put16(6, (ushort)((_bytes[6] << 8) + _bytes[7] + 1));
        return this;
    }

    /// <summary>Adds bytes as they are.</summary>
    public DnsResponseBuilder Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Sets a 16-bit field of the header.</summary>
    public DnsResponseBuilder Put16(int offset, ushort value)
    {
        _bytes[offset] = (byte)(value >> 8);
        _bytes[offset + 1] = (byte)value;
        return this;
    }

    public byte[] ToArray() => [.. _bytes];

    public static byte[] Name(string name) =>
        name is "." ? [0] : [.. name.Split('.').SelectMany(l => (byte[])[(byte)l.Length, .. Encoding.Latin1.GetBytes(l)]), 0];

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.Latin1.GetBytes(text)];

    private static byte[] Number(ushort value) => [(byte)(value >> 8), (byte)value];
}
