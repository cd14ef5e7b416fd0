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
