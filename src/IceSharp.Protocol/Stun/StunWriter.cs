using System.Buffers.Binary;
using System.Text;

namespace IceSharp.Protocol.Stun;

/// <summary>Writes one STUN message into a buffer of the caller, attribute after attribute, with the header length right at every moment.</summary>
/// <remarks>
/// Integrity and fingerprint go last, in the order MESSAGE-INTEGRITY, MESSAGE-INTEGRITY-SHA256, FINGERPRINT. Allocates nothing.
/// Every Add method throws <see cref="ArgumentException"/> when the buffer is too short and
/// <see cref="InvalidOperationException"/> when the attribute may not follow what was written.
/// </remarks>
public ref struct StunWriter
{
    private readonly Span<byte> _buffer;
    private readonly StunTransactionId _id;
    private StunAttributeType _sealedBy;

    /// <summary>Starts a message: writes the header.</summary>
    /// <param name="buffer">Where the message goes; it stays the caller's.</param>
    /// <param name="method">The method.</param>
    /// <param name="class">The class.</param>
    /// <param name="id">The transaction ID.</param>
    public StunWriter(Span<byte> buffer, StunMethod method, StunClass @class, StunTransactionId id)
    {
        if (buffer.Length < StunWire.HeaderBytes)
        {
            throw new ArgumentException($"A STUN header takes {StunWire.HeaderBytes} bytes, the buffer has {buffer.Length}.", nameof(buffer));
        }

        _buffer = buffer;
        _id = id;
        BinaryPrimitives.WriteUInt16BigEndian(buffer, StunWire.Type(method, @class));
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], StunWire.MagicCookie);
        id.WriteTo(buffer[8..]);
        Length = StunWire.HeaderBytes;
        StunWire.WriteLength(buffer, Length);
    }

    /// <summary>Bytes written so far: the message is complete at any moment.</summary>
    public int Length { get; private set; }

    /// <summary>The message as far as it is written.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[..Length];

    /// <summary>Adds an attribute with an empty value, for example USE-CANDIDATE.</summary>
    public void AddFlag(StunAttributeType type) => Reserve(type, 0);

    /// <summary>Adds raw bytes.</summary>
    public void AddBytes(StunAttributeType type, ReadOnlySpan<byte> value) => value.CopyTo(Reserve(type, value.Length));

    /// <summary>Adds a text as UTF-8.</summary>
    public void AddText(StunAttributeType type, ReadOnlySpan<char> text) =>
        Encoding.UTF8.GetBytes(text, Reserve(type, Encoding.UTF8.GetByteCount(text)));

    /// <summary>Adds one byte and three reserved zero bytes, for example REQUESTED-TRANSPORT.</summary>
    public void AddByte(StunAttributeType type, byte value) => AddUInt32(type, (uint)value << 24);

    /// <summary>Adds two bytes and two reserved zero bytes, for example CHANNEL-NUMBER.</summary>
    public void AddUInt16(StunAttributeType type, ushort value) => AddUInt32(type, (uint)value << 16);

    /// <summary>Adds a 32-bit number.</summary>
    public void AddUInt32(StunAttributeType type, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(type, 4), value);

    /// <summary>Adds a 64-bit number.</summary>
    public void AddUInt64(StunAttributeType type, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Reserve(type, 8), value);

    /// <summary>Adds an address that is not XORed, for example MAPPED-ADDRESS. IPv4-mapped IPv6 goes out as IPv4.</summary>
    public void AddAddress(StunAttributeType type, TransportAddress address) => AddAddress(type, address, UInt128.Zero);

    /// <summary>Adds an address XORed with cookie and transaction ID, for example XOR-MAPPED-ADDRESS. IPv4-mapped IPv6 goes out as IPv4.</summary>
    public void AddXorAddress(StunAttributeType type, TransportAddress address) => AddAddress(type, address, StunWire.XorMask(_id));

    /// <summary>Adds ERROR-CODE.</summary>
    /// <param name="code">300 to 699, of which the last two digits are 0 to 99.</param>
    /// <param name="reason">The phrase, shorter than 128 characters.</param>
    public void AddErrorCode(int code, ReadOnlySpan<char> reason)
    {
        if (code is < 300 or > 699)
        {
            throw new ArgumentOutOfRangeException(nameof(code), code, "A STUN error code lies between 300 and 699.");
        }

        Span<byte> value = Reserve(StunAttributeType.ErrorCode, 4 + Encoding.UTF8.GetByteCount(reason));
        BinaryPrimitives.WriteUInt32BigEndian(value, (uint)(((code / 100) << 8) | (code % 100)));
        Encoding.UTF8.GetBytes(reason, value[4..]);
    }

    /// <summary>Adds UNKNOWN-ATTRIBUTES.</summary>
    public void AddUnknownAttributes(ReadOnlySpan<StunAttributeType> types)
    {
        Span<byte> value = Reserve(StunAttributeType.UnknownAttributes, types.Length * 2);
        for (int i = 0; i < types.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(value[(2 * i)..], (ushort)types[i]);
        }
    }

    /// <summary>Adds MESSAGE-INTEGRITY over all that is written (RFC 8489 §14.5).</summary>
    public void AddIntegrity(StunIntegrityKey key) =>
        AddIntegrity(StunAttributeType.MessageIntegrity, StunIntegrityAlgorithm.HmacSha1, StunWire.Sha1Bytes, key);

    /// <summary>Adds MESSAGE-INTEGRITY-SHA256, not truncated, over all that is written (RFC 8489 §14.6).</summary>
    public void AddIntegritySha256(StunIntegrityKey key) =>
        AddIntegrity(StunAttributeType.MessageIntegritySha256, StunIntegrityAlgorithm.HmacSha256, StunWire.Sha256Bytes, key);

    /// <summary>Adds FINGERPRINT; nothing may follow (RFC 8489 §14.7).</summary>
    public void AddFingerprint()
    {
        int covered = Length;
        Span<byte> value = Reserve(StunAttributeType.Fingerprint, 4);
        BinaryPrimitives.WriteUInt32BigEndian(value, Crc32.Compute(_buffer[..covered]) ^ StunWire.FingerprintXor);
    }

    /// <summary>Adds an attribute and gives its value's place, to be filled by the caller; padding is zeroed.</summary>
    /// <exception cref="ArgumentException">The buffer is too short, or the value longer than 65535 bytes.</exception>
    /// <exception cref="InvalidOperationException">The attribute may not stand behind an integrity or fingerprint attribute.</exception>
    public Span<byte> Reserve(StunAttributeType type, int length)
    {
        int padded = StunWire.Padded(length);
        int next = Length + StunWire.AttributeHeaderBytes + padded;
        if ((uint)length > ushort.MaxValue || next > _buffer.Length || next > ushort.MaxValue)
        {
            ThrowTooLong(type, length);
        }

        if (_sealedBy != StunAttributeType.None || type is StunAttributeType.MessageIntegrity or StunAttributeType.MessageIntegritySha256 or StunAttributeType.Fingerprint)
        {
            Seal(type);
        }

        Span<byte> attribute = _buffer[Length..next];
        BinaryPrimitives.WriteUInt32BigEndian(attribute, ((uint)type << 16) | (uint)length);
        attribute[(StunWire.AttributeHeaderBytes + length)..].Clear();
        Length = next;
        StunWire.WriteLength(_buffer, next);
        return attribute.Slice(StunWire.AttributeHeaderBytes, length);
    }

    private void AddAddress(StunAttributeType type, TransportAddress address, UInt128 mask)
    {
        IpAddress ip = address.Address.Unmap();
        if (ip.Family == IpFamily.None)
        {
            throw new ArgumentException("The address has no family.", nameof(address));
        }

        Span<byte> value = Reserve(type, 4 + ip.ByteCount);
        value[0] = 0;
        value[1] = (byte)ip.Family;
        BinaryPrimitives.WriteUInt16BigEndian(value[2..], (ushort)(address.Port ^ (ushort)(mask >> 112)));
        ip.WriteTo(value[4..]);
        if (ip.Family == IpFamily.IPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(value[4..], BinaryPrimitives.ReadUInt32BigEndian(value[4..]) ^ (uint)(mask >> 96));
        }
        else
        {
            BinaryPrimitives.WriteUInt128BigEndian(value[4..], BinaryPrimitives.ReadUInt128BigEndian(value[4..]) ^ mask);
        }
    }

    private void AddIntegrity(StunAttributeType type, StunIntegrityAlgorithm algorithm, int bytes, StunIntegrityKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        int covered = Length;
        Span<byte> value = Reserve(type, bytes);
        key.Compute(algorithm, _buffer[..covered], value);
    }

    private void Seal(StunAttributeType type)
    {
        bool allowed = _sealedBy switch
        {
            StunAttributeType.None => true,
            StunAttributeType.MessageIntegrity => type is StunAttributeType.MessageIntegritySha256 or StunAttributeType.Fingerprint,
            StunAttributeType.MessageIntegritySha256 => type == StunAttributeType.Fingerprint,
            _ => false,
        };
        if (!allowed)
        {
            throw new InvalidOperationException($"{type} cannot follow {_sealedBy}.");
        }

        _sealedBy = type;
    }

    private readonly void ThrowTooLong(StunAttributeType type, int length) =>
        throw new ArgumentException($"{type} with {length} bytes does not fit: {Length} of {_buffer.Length} bytes are used.");
}
