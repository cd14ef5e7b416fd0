using System.Buffers.Binary;
using System.Text.Unicode;

namespace IceSharp.Protocol.Stun;

/// <summary>One attribute of a received message: its type and its value, padding left out.</summary>
/// <remarks>The value points into the received bytes and is valid as long as they are.</remarks>
public readonly ref struct StunAttribute
{
    internal StunAttribute(StunAttributeType type, ReadOnlySpan<byte> value)
    {
        Type = type;
        Value = value;
    }

    /// <summary>The type number.</summary>
    public StunAttributeType Type { get; }

    /// <summary>The value, 0 to 65535 bytes.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Whether a receiver that does not know the type must refuse the message (RFC 8489 §14).</summary>
    public bool IsComprehensionRequired => (ushort)Type < 0x8000;

    /// <summary>Reads an address that is not XORed, for example ALTERNATE-SERVER.</summary>
    public StunAttributeStatus ReadAddress(out TransportAddress address) => ReadAddress(UInt128.Zero, out address);

    /// <summary>Reads an address that is XORed with cookie and transaction ID, for example XOR-PEER-ADDRESS (RFC 8489 §14.2).</summary>
    public StunAttributeStatus ReadXorAddress(StunTransactionId id, out TransportAddress address) =>
        ReadAddress(StunWire.XorMask(id), out address);

    /// <summary>Reads a value of 1 byte that is followed by 3 reserved ones, for example REQUESTED-TRANSPORT.</summary>
    public StunAttributeStatus ReadByte(out byte value)
    {
        bool ok = Value.Length == 4;
        value = ok ? Value[0] : default;
        return ok ? StunAttributeStatus.Ok : StunAttributeStatus.BadLength;
    }

    /// <summary>Reads a value of 2 bytes that is followed by 2 reserved ones, for example CHANNEL-NUMBER.</summary>
    public StunAttributeStatus ReadUInt16(out ushort value)
    {
        bool ok = Value.Length == 4;
        value = ok ? BinaryPrimitives.ReadUInt16BigEndian(Value) : default;
        return ok ? StunAttributeStatus.Ok : StunAttributeStatus.BadLength;
    }

    /// <summary>Reads a 32-bit number, for example PRIORITY or LIFETIME.</summary>
    public StunAttributeStatus ReadUInt32(out uint value)
    {
        bool ok = Value.Length == 4;
        value = ok ? BinaryPrimitives.ReadUInt32BigEndian(Value) : default;
        return ok ? StunAttributeStatus.Ok : StunAttributeStatus.BadLength;
    }

    /// <summary>Reads a 64-bit number, for example ICE-CONTROLLING.</summary>
    public StunAttributeStatus ReadUInt64(out ulong value)
    {
        bool ok = Value.Length == 8;
        value = ok ? BinaryPrimitives.ReadUInt64BigEndian(Value) : default;
        return ok ? StunAttributeStatus.Ok : StunAttributeStatus.BadLength;
    }

    /// <summary>Reads an attribute whose presence is its meaning, for example USE-CANDIDATE.</summary>
    public StunAttributeStatus ReadFlag() => Value.IsEmpty ? StunAttributeStatus.Ok : StunAttributeStatus.BadLength;

    /// <summary>Reads a value of a fixed length, for example RESERVATION-TOKEN (8 bytes) or USERHASH (32 bytes).</summary>
    public StunAttributeStatus ReadBytes(int length, out ReadOnlySpan<byte> value)
    {
        bool ok = Value.Length == length;
        value = ok ? Value : default;
        return ok ? StunAttributeStatus.Ok : StunAttributeStatus.BadLength;
    }

    /// <summary>Reads EVEN-PORT: whether the next higher port is to be reserved as well (RFC 8656 §18.7).</summary>
    public StunAttributeStatus ReadEvenPort(out bool reserveNext)
    {
        bool ok = Value.Length == 1;
        reserveNext = ok && (Value[0] & 0x80) != 0;
        return ok ? StunAttributeStatus.Ok : StunAttributeStatus.BadLength;
    }

    /// <summary>Reads ICMP: type, code, and the error data, which is the next-hop MTU where the type tells one (RFC 8656 §18.13).</summary>
    public StunAttributeStatus ReadIcmp(out byte icmpType, out byte icmpCode, out uint errorData)
    {
        bool ok = Value.Length == 8;
        icmpType = ok ? Value[2] : default;
        icmpCode = ok ? Value[3] : default;
        errorData = ok ? BinaryPrimitives.ReadUInt32BigEndian(Value[4..]) : default;
        return ok ? StunAttributeStatus.Ok : StunAttributeStatus.BadLength;
    }

    /// <summary>Reads CHANGE-REQUEST: undefined bits count for nothing (RFC 5780 §7.2).</summary>
    public StunAttributeStatus ReadChangeRequest(out bool changeIp, out bool changePort)
    {
        StunAttributeStatus status = ReadUInt32(out uint bits);
        changeIp = (bits & 4) != 0;
        changePort = (bits & 2) != 0;
        return status;
    }

    /// <summary>Reads RESPONSE-PORT. RFC 5780 §7.5 can be read as a value of 2 or of 4 bytes; both are taken.</summary>
    public StunAttributeStatus ReadResponsePort(out ushort port)
    {
        bool ok = Value.Length is 2 or 4;
        port = ok ? BinaryPrimitives.ReadUInt16BigEndian(Value) : default;
        return ok ? StunAttributeStatus.Ok : StunAttributeStatus.BadLength;
    }

    /// <summary>Reads the nomination value of agents that announce <c>renomination</c>: 24 bits, the upper 8 of the field are ignored.</summary>
    public StunAttributeStatus ReadNomination(out uint value)
    {
        StunAttributeStatus status = ReadUInt32(out uint field);
        value = field & 0xFFFFFF;
        return status;
    }

    /// <summary>Reads GOOG-NETWORK-INFO.</summary>
    /// <param name="networkId">A number that the sender gave its network.</param>
    /// <param name="networkCost">What it costs: 0 wired, 10 Wi-Fi, 50 unknown, 900 cellular, 999 most; lower is better. Larger ones are given as they came.</param>
    public StunAttributeStatus ReadNetworkInfo(out ushort networkId, out ushort networkCost)
    {
        StunAttributeStatus status = ReadUInt32(out uint field);
        networkId = (ushort)(field >> 16);
        networkCost = (ushort)field;
        return status;
    }

    /// <summary>Reads a list of 16-bit numbers, for example GOOG-MISC-INFO.</summary>
    /// <param name="values">Where they go; those that do not fit are left out.</param>
    /// <param name="count">How many the attribute has.</param>
    public StunAttributeStatus ReadUInt16List(Span<ushort> values, out int count)
    {
        count = 0;
        if ((Value.Length & 1) != 0)
        {
            return StunAttributeStatus.BadLength;
        }

        count = Value.Length / 2;
        for (int i = 0; i < count && i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadUInt16BigEndian(Value[(2 * i)..]);
        }

        return StunAttributeStatus.Ok;
    }

    /// <summary>Reads UNKNOWN-ATTRIBUTES (RFC 8489 §14.13).</summary>
    public StunAttributeStatus ReadUnknownAttributes(out StunAttributeTypeList types)
    {
        bool ok = (Value.Length & 1) == 0;
        types = ok ? new StunAttributeTypeList(Value) : default;
        return ok ? StunAttributeStatus.Ok : StunAttributeStatus.BadLength;
    }

    /// <summary>Reads PASSWORD-ALGORITHMS; an empty list is well formed (RFC 8489 §14.11).</summary>
    public StunAttributeStatus ReadPasswordAlgorithms(out StunPasswordAlgorithmList algorithms)
    {
        bool ok = StunPasswordAlgorithmList.IsWellFormed(Value);
        algorithms = ok ? new StunPasswordAlgorithmList(Value) : default;
        return ok ? StunAttributeStatus.Ok : StunAttributeStatus.BadLength;
    }

    /// <summary>Reads PASSWORD-ALGORITHM: exactly one entry (RFC 8489 §14.12).</summary>
    public StunAttributeStatus ReadPasswordAlgorithm(out StunPasswordAlgorithmEntry algorithm)
    {
        algorithm = default;
        StunAttributeStatus status = ReadPasswordAlgorithms(out StunPasswordAlgorithmList list);
        StunPasswordAlgorithmList.Enumerator entries = list.GetEnumerator();
        if (status != StunAttributeStatus.Ok || !entries.MoveNext())
        {
            return StunAttributeStatus.BadLength;
        }

        StunPasswordAlgorithmEntry first = entries.Current;
        if (entries.MoveNext())
        {
            return StunAttributeStatus.BadLength;
        }

        algorithm = first;
        return StunAttributeStatus.Ok;
    }

    /// <summary>Reads a text as raw bytes after checking its length (at most 763 bytes) and that it is UTF-8 (RFC 8489 §14.3, §14.9, §14.10).</summary>
    public StunAttributeStatus ReadText(out ReadOnlySpan<byte> utf8)
    {
        utf8 = default;
        if (Value.Length > StunWire.MaxTextBytes)
        {
            return StunAttributeStatus.TooLong;
        }

        if (!Utf8.IsValid(Value))
        {
            return StunAttributeStatus.BadUtf8;
        }

        utf8 = Value;
        return StunAttributeStatus.Ok;
    }

    /// <summary>Reads ERROR-CODE: the code, 300 to 699, and the reason phrase, empty when it is not UTF-8 (RFC 8489 §14.8).</summary>
    public StunAttributeStatus ReadErrorCode(out int code, out ReadOnlySpan<byte> reasonUtf8)
    {
        code = 0;
        reasonUtf8 = default;
        if (Value.Length < 4)
        {
            return StunAttributeStatus.BadLength;
        }

        int errorClass = Value[2] & 7, number = Value[3];
        if (errorClass is < 3 or > 6 || number > 99)
        {
            return StunAttributeStatus.OutOfRange;
        }

        code = (errorClass * 100) + number;
        reasonUtf8 = Value.Length <= 4 + StunWire.MaxTextBytes && Utf8.IsValid(Value[4..]) ? Value[4..] : default;
        return StunAttributeStatus.Ok;
    }

    /// <summary>Reads ADDRESS-ERROR-CODE: the family that could not be allocated, and why (RFC 8656 §18.12).</summary>
    public StunAttributeStatus ReadAddressErrorCode(out IpFamily family, out int code, out ReadOnlySpan<byte> reasonUtf8)
    {
        family = default;
        StunAttributeStatus status = ReadErrorCode(out code, out reasonUtf8);
        if (status != StunAttributeStatus.Ok)
        {
            return status;
        }

        if ((IpFamily)Value[0] is not (IpFamily.IPv4 or IpFamily.IPv6))
        {
            code = 0;
            reasonUtf8 = default;
            return StunAttributeStatus.BadFamily;
        }

        family = (IpFamily)Value[0];
        return StunAttributeStatus.Ok;
    }

    private StunAttributeStatus ReadAddress(UInt128 mask, out TransportAddress address)
    {
        address = default;
        if (Value.Length is not (8 or 20))
        {
            return StunAttributeStatus.BadLength;
        }

        IpFamily family = (IpFamily)Value[1];
        if (family is not (IpFamily.IPv4 or IpFamily.IPv6))
        {
            return StunAttributeStatus.BadFamily;
        }

        if ((family == IpFamily.IPv4) != (Value.Length == 8))
        {
            return StunAttributeStatus.FamilyLengthMismatch;
        }

        ushort port = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(Value[2..]) ^ (ushort)(mask >> 112));
        IpAddress ip = family == IpFamily.IPv4
            ? IpAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(Value[4..]) ^ (uint)(mask >> 96))
            : IpAddress.FromIPv6(BinaryPrimitives.ReadUInt128BigEndian(Value[4..]) ^ mask);
        address = new TransportAddress(ip, port);
        return StunAttributeStatus.Ok;
    }
}
