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
    // An IP packet of 65535 bytes without the headers of IPv6 and UDP.
    private const int MaxDatagramBytes = ushort.MaxValue - 40 - 8;

    private readonly Span<byte> _buffer;
    private readonly StunTransactionId _id;
    private StunAttributeType _sealedBy;

    /// <summary>Starts a message: writes the header.</summary>
    /// <param name="buffer">Where the message goes; it stays the caller's.</param>
    /// <param name="method">The method, at most 0xFFF.</param>
    /// <param name="class">The class.</param>
    /// <param name="id">The transaction ID.</param>
    /// <exception cref="ArgumentException"><paramref name="buffer"/> is shorter than a header.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="method"/> or <paramref name="class"/> has more bits than its field.</exception>
    public StunWriter(Span<byte> buffer, StunMethod method, StunClass @class, StunTransactionId id)
    {
        if (buffer.Length < StunWire.HeaderBytes)
        {
            throw new ArgumentException($"A STUN header takes {StunWire.HeaderBytes} bytes, the buffer has {buffer.Length}.", nameof(buffer));
        }

        if ((ushort)method > 0xFFF)
        {
            throw new ArgumentOutOfRangeException(nameof(method), method, "A STUN method has 12 bits.");
        }

        if ((byte)@class > 3)
        {
            throw new ArgumentOutOfRangeException(nameof(@class), @class, "A STUN class has 2 bits.");
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
    public void AddBytes(StunAttributeType type, scoped ReadOnlySpan<byte> value) => value.CopyTo(Reserve(type, value.Length));

    /// <summary>Adds a text as UTF-8. Text that came in and goes back, a realm or nonce, is added with <see cref="AddBytes"/>, byte for byte.</summary>
    /// <exception cref="ArgumentException">
    /// The text is longer than may be sent: USERNAME 508 bytes; REALM, NONCE and SOFTWARE 127 characters; ALTERNATE-DOMAIN 255 ASCII characters
    /// (RFC 8489 §14.3, §14.9, §14.10, §14.14, §14.16). Or it has half a surrogate pair.
    /// </exception>
    public void AddText(StunAttributeType type, scoped ReadOnlySpan<char> text) =>
        Encoding.UTF8.GetBytes(text, Reserve(type, StunTextLimits.CountBytes(type, text, nameof(text))));

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

    /// <summary>Adds ERROR-CODE (RFC 8489 §14.8).</summary>
    /// <param name="code">300 to 699, of which the last two digits are 0 to 99.</param>
    /// <param name="reason">The phrase, at most 127 characters.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="code"/> is outside its range.</exception>
    /// <exception cref="ArgumentException"><paramref name="reason"/> is too long.</exception>
    public void AddErrorCode(int code, scoped ReadOnlySpan<char> reason) => AddErrorCode(StunAttributeType.ErrorCode, IpFamily.None, code, reason);

    /// <summary>Adds ADDRESS-ERROR-CODE (RFC 8656 §18.12).</summary>
    /// <param name="family">The family that could not be allocated.</param>
    /// <param name="code">300 to 699.</param>
    /// <param name="reason">The phrase, at most 127 characters.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="code"/> is outside its range, or <paramref name="family"/> none.</exception>
    /// <exception cref="ArgumentException"><paramref name="reason"/> is too long.</exception>
    public void AddAddressErrorCode(IpFamily family, int code, scoped ReadOnlySpan<char> reason)
    {
        if (family is not (IpFamily.IPv4 or IpFamily.IPv6))
        {
            throw new ArgumentOutOfRangeException(nameof(family), family, "The family is IPv4 or IPv6.");
        }

        AddErrorCode(StunAttributeType.AddressErrorCode, family, code, reason);
    }

    /// <summary>Adds EVEN-PORT (RFC 8656 §18.7).</summary>
    public void AddEvenPort(bool reserveNext) => Reserve(StunAttributeType.EvenPort, 1)[0] = (byte)(reserveNext ? 0x80 : 0);

    /// <summary>Adds CHANGE-REQUEST (RFC 5780 §7.2).</summary>
    public void AddChangeRequest(bool changeIp, bool changePort) =>
        AddUInt32(StunAttributeType.ChangeRequest, (changeIp ? 4u : 0) | (changePort ? 2u : 0));

    /// <summary>Adds ICMP (RFC 8656 §18.13).</summary>
    /// <param name="icmpType">Type of the received ICMP message.</param>
    /// <param name="icmpCode">Its code.</param>
    /// <param name="errorData">The next-hop MTU where the type tells one, otherwise 0.</param>
    public void AddIcmp(byte icmpType, byte icmpCode, uint errorData) =>
        AddUInt64(StunAttributeType.Icmp, ((ulong)icmpType << 40) | ((ulong)icmpCode << 32) | errorData);

    /// <summary>Adds PADDING of zeros (RFC 5780 §7.6).</summary>
    /// <param name="bytes">Length of the value; the RFC recommends the MTU of the outgoing interface, rounded up to a multiple of 4.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative, or the IP packet would exceed 64 KiB.</exception>
    public void AddPadding(int bytes)
    {
        int most = MaxDatagramBytes - Length - StunWire.AttributeHeaderBytes;
        if (bytes < 0 || bytes > most)
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"PADDING has room for at most {most} bytes in an IP packet of 64 KiB.");
        }

        Reserve(StunAttributeType.Padding, bytes).Clear();
    }

    /// <summary>Adds the nomination value, for agents that both announce <c>renomination</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> has more than 24 bits.</exception>
    public void AddNomination(uint value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 0xFFFFFFu);
        AddUInt32(StunAttributeType.Nomination, value);
    }

    /// <summary>Adds GOOG-NETWORK-INFO.</summary>
    /// <param name="networkId">A number that tells networks of the sender apart.</param>
    /// <param name="networkCost">0 to 999, lower is better.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="networkCost"/> is outside its range.</exception>
    public void AddNetworkInfo(ushort networkId, ushort networkCost)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(networkCost, 999);
        AddUInt32(StunAttributeType.GoogNetworkInfo, ((uint)networkId << 16) | networkCost);
    }

    /// <summary>Adds a list of 16-bit numbers, for example GOOG-MISC-INFO.</summary>
    public void AddUInt16List(StunAttributeType type, scoped ReadOnlySpan<ushort> values)
    {
        Span<byte> value = Reserve(type, values.Length * 2);
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(value[(2 * i)..], values[i]);
        }
    }

    /// <summary>Adds PASSWORD-ALGORITHMS, entries without parameters (RFC 8489 §14.11).</summary>
    public void AddPasswordAlgorithms(scoped ReadOnlySpan<StunPasswordAlgorithm> algorithms)
    {
        Span<byte> value = Reserve(StunAttributeType.PasswordAlgorithms, algorithms.Length * 4);
        for (int i = 0; i < algorithms.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(value[(4 * i)..], (uint)algorithms[i] << 16);
        }
    }

    /// <summary>Adds PASSWORD-ALGORITHM, without parameters (RFC 8489 §14.12).</summary>
    public void AddPasswordAlgorithm(StunPasswordAlgorithm algorithm) => AddUInt16(StunAttributeType.PasswordAlgorithm, (ushort)algorithm);

    /// <summary>Adds UNKNOWN-ATTRIBUTES.</summary>
    public void AddUnknownAttributes(scoped ReadOnlySpan<StunAttributeType> types)
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

    /// <summary>Adds MESSAGE-INTEGRITY-SHA256 over all that is written (RFC 8489 §14.6).</summary>
    /// <param name="key">The key.</param>
    /// <param name="bytes">16 to 32 in steps of 4; the default, 32, does not truncate. Less is for usages that have agreed on it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is outside its range.</exception>
    public void AddIntegritySha256(StunIntegrityKey key, int bytes = StunWire.Sha256Bytes)
    {
        StunWire.CheckSha256Bytes(bytes, nameof(bytes));
        AddIntegrity(StunAttributeType.MessageIntegritySha256, StunIntegrityAlgorithm.HmacSha256, bytes, key);
    }

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

    private void AddErrorCode(StunAttributeType type, IpFamily family, int code, scoped ReadOnlySpan<char> reason)
    {
        if (code is < 300 or > 699)
        {
            throw new ArgumentOutOfRangeException(nameof(code), code, "A STUN error code lies between 300 and 699.");
        }

        Span<byte> value = Reserve(type, 4 + StunTextLimits.CountBytes(type, reason, nameof(reason)));
        BinaryPrimitives.WriteUInt32BigEndian(value, ((uint)family << 24) | (uint)(((code / 100) << 8) | (code % 100)));
        Encoding.UTF8.GetBytes(reason, value[4..]);
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
        throw new ArgumentException($"{type} with {length} bytes does not fit: {Length} of {_buffer.Length} bytes are used.", nameof(length));
}
