using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Every datagram that ended its way on a virtual network, in the order in which they ended.</summary>
/// <remarks>Two runs with the same seed and the same calls have equal traces, byte for byte: <see cref="ToArray"/> compares them, <see cref="ToString"/> shows them.</remarks>
public sealed class PacketTrace
{
    private readonly List<PacketRecord> _records = [];

    /// <summary>Whether datagrams are recorded.</summary>
    /// <value>The default is true; switch it off for long calls, whose payloads would fill the memory.</value>
    public bool IsRecording { get; set; } = true;

    /// <summary>The records, in the order in which the datagrams ended.</summary>
    public IReadOnlyList<PacketRecord> Records => _records;

    /// <summary>Forgets what was recorded so far.</summary>
    public void Clear() => _records.Clear();

    /// <summary>The trace as bytes: every field of every record.</summary>
    public byte[] ToArray()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        foreach (PacketRecord record in _records)
        {
            writer.Write(record.Number);
            writer.Write(record.SentAt.Ticks);
            writer.Write(record.EndedAt.Ticks);
            Write(writer, record.Source);
            Write(writer, record.Destination);
            Write(writer, record.FinalSource);
            Write(writer, record.FinalDestination);
            writer.Write((int)record.Fate);
            writer.Write((byte)record.Protocol);
            writer.Write(record.Detail ?? "");
            writer.Write(record.Where);
            writer.Write(record.Bytes.Length);
            writer.Write(record.Bytes.Span);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The SHA-256 of <see cref="ToArray"/> as hexadecimal digits: a short name of a run, to commit beside a seed.</summary>
    public string ToHash() => Convert.ToHexStringLower(SHA256.HashData(ToArray()));

    /// <summary>The timeline: one line a datagram.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach (PacketRecord record in _records)
        {
            text.Append(CultureInfo.InvariantCulture, $"{record}\n");
        }

        return text.ToString();
    }

    internal void Add(VirtualDatagram datagram, MonotonicTime now, PacketFate fate, string where)
    {
        if (!IsRecording)
        {
            return;
        }

        _records.Add(new PacketRecord
        {
            Number = datagram.Number,
            SentAt = datagram.SentAt,
            EndedAt = now,
            Source = datagram.OriginalSource,
            Destination = datagram.OriginalDestination,
            FinalSource = datagram.Source,
            FinalDestination = datagram.Destination,
            Fate = fate,
            Where = where,
            Protocol = datagram.Protocol,
            Detail = datagram.StreamPacket?.Name ?? datagram.Icmp?.Kind.ToString(),
            Bytes = datagram.Bytes,
        });
    }

    private static void Write(BinaryWriter writer, TransportAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        int count = address.Address.WriteTo(bytes);
        writer.Write((byte)count);
        writer.Write(bytes[..count]);
        writer.Write(address.Port);
    }
}
