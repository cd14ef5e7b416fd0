using System.Buffers.Binary;
using System.Text;

namespace IceSharp.Protocol.Dns;

/// <summary>Reads the answer section of a response: the records of the name asked for, or of the name that its aliases lead to.</summary>
internal static class DnsAnswerReader
{
    /// <summary>Most records that are kept of an answer; a service has a handful.</summary>
    public const int MaxRecords = 64;

    private const int MaxAliases = 8;
    private const ushort ClassInternet = 1;
    private const ushort TypeCname = 5;

    /// <summary>Reads <paramref name="count"/> records from <paramref name="offset"/> on.</summary>
    /// <returns>False when a record runs out of the message or does not have the form of its type.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, int offset, int count, DnsQuestion question, out DnsAnswer answer)
    {
        answer = new DnsAnswer();
        var aliases = new List<Alias>();
        var records = new List<Record>();
        for (int i = 0; i < count; i++)
        {
            if (!TryReadRecord(message, ref offset, (ushort)question.Type, aliases, records))
            {
                return false;
            }
        }

        uint timeToLive = uint.MaxValue;
        string owner = question.Name;
        for (int i = 0; i < MaxAliases && aliases.Find(a => DnsName.AreSame(a.Owner, owner)) is { Owner: not null } alias; i++)
        {
            owner = alias.Target;
            timeToLive = Math.Min(timeToLive, alias.TimeToLive);
        }

        records.RemoveAll(r => !DnsName.AreSame(r.Owner, owner));
        if (records.Count > 0)
        {
            answer = Collect(records, Math.Min(timeToLive, records.Min(r => r.TimeToLive)));
        }

        return true;
    }

    private static DnsAnswer Collect(List<Record> records, uint timeToLive) => new()
    {
        Addresses = [.. records.Select(r => r.Data).OfType<IpAddress>()],
        Services = [.. records.Select(r => r.Data).OfType<SrvRecord>()],
        Rules = [.. records.Select(r => r.Data).OfType<NaptrRecord>()],

        // RFC 2181 §8: what has the top bit set counts as zero.
        TimeToLive = timeToLive > int.MaxValue ? TimeSpan.Zero : TimeSpan.FromSeconds(timeToLive),
    };

    private static bool TryReadRecord(ReadOnlySpan<byte> message, ref int offset, ushort wanted, List<Alias> aliases, List<Record> records)
    {
        const int FixedBytes = 10;
        if (!DnsName.TryRead(message, ref offset, out string owner) || offset + FixedBytes > message.Length)
        {
            return false;
        }

        ushort type = BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
        ushort @class = BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 2)..]);
        uint timeToLive = BinaryPrimitives.ReadUInt32BigEndian(message[(offset + 4)..]);
        int start = offset + FixedBytes;
        int end = start + BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 8)..]);
        offset = end;
        if (end > message.Length)
        {
            return false;
        }

        if (@class != ClassInternet || (type != TypeCname && type != wanted) || aliases.Count + records.Count >= MaxRecords)
        {
            return true;
        }

        // Names inside may point to before, but must end where the record ends.
        ReadOnlySpan<byte> upToEnd = message[..end];
        if (type == TypeCname)
        {
            bool read = DnsName.TryRead(upToEnd, ref start, out string target) && start == end;
            aliases.Add(new Alias(owner, target, timeToLive));
            return read;
        }

        bool wellFormed = TryReadData(upToEnd, start, (DnsRecordType)type, out object? data);
        if (data is not null)
        {
            records.Add(new Record(owner, timeToLive, data));
        }

        return wellFormed;
    }

    private static bool TryReadData(ReadOnlySpan<byte> message, int start, DnsRecordType type, out object? data)
    {
        ReadOnlySpan<byte> bytes = message[start..];
        data = null;
        switch (type)
        {
            case DnsRecordType.A when bytes.Length == 4:
            case DnsRecordType.Aaaa when bytes.Length == 16:
                data = IpAddress.FromBytes(bytes);
                return true;
            case DnsRecordType.Srv when bytes.Length > 6:
                int nameAt = start + 6;
                data = DnsName.TryRead(message, ref nameAt, out string target) && nameAt == message.Length
                    ? new SrvRecord(Number(bytes), Number(bytes[2..]), Number(bytes[4..]), target)
                    : null;
                return data is not null;
            case DnsRecordType.Naptr when bytes.Length > 4:
                return TryReadRule(message, start, out data);
            default:
                return false;
        }
    }

    private static bool TryReadRule(ReadOnlySpan<byte> message, int start, out object? data)
    {
        data = null;
        int offset = start + 4;
        if (!TryReadText(message, ref offset, out string? flags) || !TryReadText(message, ref offset, out string? services)
            || !TryReadText(message, ref offset, out string? regexp) || !DnsName.TryRead(message, ref offset, out string replacement)
            || offset != message.Length)
        {
            return false;
        }

        // A rule with other characters is well formed, but none of ours.
        if (flags is not null && services is not null && regexp is not null)
        {
            data = new NaptrRecord(Number(message[start..]), Number(message[(start + 2)..]), flags, services, regexp, replacement);
        }

        return true;
    }

    private static bool TryReadText(ReadOnlySpan<byte> message, ref int offset, out string? text)
    {
        text = null;
        int end = offset < message.Length ? offset + 1 + message[offset] : int.MaxValue;
        if (end > message.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> bytes = message[(offset + 1)..end];
        text = bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? null : Encoding.ASCII.GetString(bytes);
        offset = end;
        return true;
    }

    private static ushort Number(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private readonly record struct Alias(string Owner, string Target, uint TimeToLive);

    private readonly record struct Record(string Owner, uint TimeToLive, object Data);
}
