using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>Reads a recording. What is cut off at its end, by a process that died, is left out.</summary>
internal sealed class ReplayReader(BinaryReader reader)
{
    private MonotonicTime _last;

    public static List<ReplayEntry> Read(Stream stream)
    {
        byte[] header = new byte[ReplayFormat.Header.Length];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || Encoding.ASCII.GetString(header) != ReplayFormat.Header)
        {
            throw new FormatException("This is no recording of version 1 (\"icereplay 1\").");
        }

        using BinaryReader binary = new(stream, Encoding.UTF8);
        ReplayReader reader = new(binary);
        List<ReplayEntry> entries = [];
        try
        {
            while (reader.Next() is { } entry)
            {
                entries.Add(entry);
            }
        }
        catch (EndOfStreamException)
        {
        }

        return entries;
    }

    private ReplayEntry? Next()
    {
        int kind = reader.BaseStream.ReadByte();
        return kind < 0 ? null : Read((ReplayEntryKind)kind);
    }

    private ReplayEntry Read(ReplayEntryKind kind)
    {
        ReplayEntry entry = new() { Kind = kind };
        switch (kind)
        {
            case ReplayEntryKind.Created:
                return entry with { Answer = reader.ReadBoolean(), Arguments = [ReadArgument()] };
            case ReplayEntryKind.Called:
                return entry with { Text = reader.ReadString(), Arguments = ReadArguments() };
            case ReplayEntryKind.TimedOut:
                return entry with { At = ReadTime() };
            case ReplayEntryKind.Received or ReplayEntryKind.Transmitted:
                return entry with { At = ReadTime(), Socket = new SocketHandle(reader.Read7BitEncodedInt()), Remote = ReadAddress(), Bytes = ReadBytes() };
            case ReplayEntryKind.Judged:
                return entry with { Verdict = (VerdictKind)reader.Read7BitEncodedInt(), Reason = (DropReason)reader.Read7BitEncodedInt() };
            case ReplayEntryKind.Drew:
                return entry with { Bytes = ReadBytes() };
            case ReplayEntryKind.AskedGate:
                return entry with { At = ReadTime(), Answer = reader.ReadBoolean(), Next = ReadNext() };
            case ReplayEntryKind.AskedFilter:
                return entry with { Answer = reader.ReadBoolean() };
            case ReplayEntryKind.Requested or ReplayEntryKind.Told:
                return entry with { Text = reader.ReadString() };
            case ReplayEntryKind.FoundNone:
                return entry with { Output = (AgentOutput)reader.ReadByte(), At = ReadTime() };
            default:
                throw new FormatException($"The recording has an entry of the unknown kind {(int)kind}.");
        }
    }

    private MonotonicTime ReadTime() => _last = new MonotonicTime(_last.Ticks + reader.Read7BitEncodedInt64());

    private MonotonicTime ReadNext() => reader.Read7BitEncodedInt64() is var ticks and >= 0 ? new MonotonicTime(ticks) : MonotonicTime.Never;

    private TransportAddress ReadAddress()
    {
        byte[] bytes = ReadBytes();
        return new TransportAddress(bytes.Length == 0 ? default : IpAddress.FromBytes(bytes), reader.ReadUInt16());
    }

    private byte[] ReadBytes()
    {
        int length = reader.Read7BitEncodedInt();
        if (length is < 0 or > ReplayFormat.MaxBytes)
        {
            throw new FormatException($"The recording has {length} bytes where at most {ReplayFormat.MaxBytes} can be.");
        }

        byte[] bytes = reader.ReadBytes(length);
        return bytes.Length == length ? bytes : throw new EndOfStreamException();
    }

    private (string Type, string Json)[] ReadArguments()
    {
        (string Type, string Json)[] arguments = new (string Type, string Json)[Math.Clamp(reader.Read7BitEncodedInt(), 0, 64)];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = ReadArgument();
        }

        return arguments;
    }

    private (string Type, string Json) ReadArgument() => (reader.ReadString(), reader.ReadString());
}
