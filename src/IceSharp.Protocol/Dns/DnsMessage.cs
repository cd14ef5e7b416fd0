using System.Buffers.Binary;

namespace IceSharp.Protocol.Dns;

/// <summary>Queries and responses on the wire (RFC 1035 §4, RFC 6891).</summary>
/// <remarks>Thread safe: holds no state.</remarks>
public static class DnsMessage
{
    /// <summary>Size of a buffer that every query fits into, in bytes.</summary>
    public const int MaxQueryBytes = HeaderBytes + DnsName.MaxWireBytes + QuestionTailBytes + OptBytes;

    /// <summary>Size of the responses over UDP that queries with EDNS(0) invite, in bytes: what passes nearly everywhere without fragments.</summary>
    public const int MaxDatagramBytes = 1232;

    internal const int HeaderBytes = 12;
    private const int QuestionTailBytes = 4;
    private const int OptBytes = 11;
    private const ushort ClassInternet = 1;
    private const ushort TypeOpt = 41;
    private const ushort FlagResponse = 0x8000;
    private const ushort FlagTruncated = 0x0200;
    private const ushort FlagRecursionDesired = 0x0100;
    private const ushort OpcodeMask = 0x7800;

    /// <summary>Writes a recursive query.</summary>
    /// <param name="destination">Where its bytes go; at least <see cref="MaxQueryBytes"/>.</param>
    /// <param name="id">Its ID, hard to guess (RFC 5452).</param>
    /// <param name="question">The question.</param>
    /// <param name="edns">Whether to invite responses of up to <see cref="MaxDatagramBytes"/>; without it they have at most 512 bytes.</param>
    /// <returns>Number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public static int WriteQuery(Span<byte> destination, ushort id, DnsQuestion question, bool edns)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (destination.Length < MaxQueryBytes)
        {
            throw new ArgumentException($"A query needs a buffer of {MaxQueryBytes} bytes, not {destination.Length}.", nameof(destination));
        }

        destination[..HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(destination, id);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], FlagRecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], edns ? (ushort)1 : (ushort)0);
        _ = DnsName.TryWrite(question.Name, destination[HeaderBytes..], out int nameBytes);
        int length = HeaderBytes + nameBytes;
        BinaryPrimitives.WriteUInt16BigEndian(destination[length..], (ushort)question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(length + 2)..], ClassInternet);
        length += QuestionTailBytes;
        return edns ? length + WriteOpt(destination[length..]) : length;
    }

    /// <summary>Reads what came back for a query. Never throws for the bytes of <paramref name="message"/>.</summary>
    /// <param name="message">The message; not kept.</param>
    /// <param name="id">ID of the query.</param>
    /// <param name="question">Its question.</param>
    /// <param name="response">The response when the result is <see cref="DnsParseStatus.Ok"/>.</param>
    public static DnsParseStatus ReadResponse(ReadOnlySpan<byte> message, ushort id, DnsQuestion question, out DnsResponse? response)
    {
        ArgumentNullException.ThrowIfNull(question);
        response = null;
        if (message.Length < HeaderBytes || BinaryPrimitives.ReadUInt16BigEndian(message) != id)
        {
            return DnsParseStatus.Unrelated;
        }

        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if ((flags & FlagResponse) == 0 || (flags & OpcodeMask) != 0)
        {
            return DnsParseStatus.Unrelated;
        }

        var code = (DnsResponseCode)(flags & 0x0F);
        int offset = HeaderBytes;
        if (!IsQuestion(message, ref offset, question, code))
        {
            return DnsParseStatus.Unrelated;
        }

        bool truncated = (flags & FlagTruncated) != 0;
        DnsAnswer answer = new DnsAnswer();
        int count = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        if (!truncated && code == DnsResponseCode.NoError && !DnsAnswerReader.TryRead(message, offset, count, question, out answer))
        {
            return DnsParseStatus.Malformed;
        }

        response = new DnsResponse(code, truncated, answer);
        return DnsParseStatus.Ok;
    }

    // An error may come without the question: a server that could not read it cannot repeat it.
    private static bool IsQuestion(ReadOnlySpan<byte> message, ref int offset, DnsQuestion question, DnsResponseCode code)
    {
        int count = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        if (count == 0)
        {
            return code is not (DnsResponseCode.NoError or DnsResponseCode.NameError);
        }

        if (count != 1 || !DnsName.TryRead(message, ref offset, out string name) || offset + QuestionTailBytes > message.Length)
        {
            return false;
        }

        bool same = DnsName.AreSame(name, question.Name)
            && BinaryPrimitives.ReadUInt16BigEndian(message[offset..]) == (ushort)question.Type
            && BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 2)..]) == ClassInternet;
        offset += QuestionTailBytes;
        return same;
    }

    // RFC 6891 §6.1.2: root name, type, payload size in the place of the class, no extended flags, no options.
    private static int WriteOpt(Span<byte> destination)
    {
        destination[..OptBytes].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(destination[1..], TypeOpt);
        BinaryPrimitives.WriteUInt16BigEndian(destination[3..], MaxDatagramBytes);
        return OptBytes;
    }
}
