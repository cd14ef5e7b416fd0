using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Stun;

/// <summary>A well-formed STUN message over received bytes. One exists only for bytes that passed every structural check (RFC 8489 §5, §14).</summary>
/// <remarks>
/// Holds the received bytes and never re-encodes them: integrity is computed over what came. Attributes that must be ignored
/// because they stand behind MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 (RFC 8489 §14.5, §14.6) are not visible at all.
/// Valid as long as the bytes are. Allocates nothing.
/// </remarks>
public readonly ref struct StunReader
{
    private readonly int _visibleEnd;
    private readonly int _integrityOffset;
    private readonly int _integritySha256Offset;
    private readonly int _fingerprintOffset;

    private StunReader(ReadOnlySpan<byte> bytes, int visibleEnd, int integrityOffset, int integritySha256Offset, int fingerprintOffset)
    {
        Bytes = bytes;
        _visibleEnd = visibleEnd;
        _integrityOffset = integrityOffset;
        _integritySha256Offset = integritySha256Offset;
        _fingerprintOffset = fingerprintOffset;
    }

    /// <summary>The whole message as received.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The method.</summary>
    public StunMethod Method => StunWire.Method(BinaryPrimitives.ReadUInt16BigEndian(Bytes));

    /// <summary>The class.</summary>
    public StunClass Class => StunWire.Class(BinaryPrimitives.ReadUInt16BigEndian(Bytes));

    /// <summary>The transaction ID.</summary>
    public StunTransactionId TransactionId => StunTransactionId.Read(Bytes[8..]);

    /// <summary>Whether MESSAGE-INTEGRITY is present.</summary>
    public bool HasIntegrity => _integrityOffset != 0;

    /// <summary>Whether MESSAGE-INTEGRITY-SHA256 is present.</summary>
    public bool HasIntegritySha256 => _integritySha256Offset != 0;

    /// <summary>Whether FINGERPRINT is present.</summary>
    public bool HasFingerprint => _fingerprintOffset != 0;

    /// <summary>Whether the first bytes can start a STUN message at all: two zero bits, and the cookie when 8 bytes are there.</summary>
    /// <remarks>A quick look for demultiplexing, not a check.</remarks>
    public static bool LooksLikeStun(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= StunWire.HeaderBytes && datagram[0] < 0x40 && BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) == StunWire.MagicCookie;

    /// <summary>Checks the structure of a datagram and, when it is a STUN message, gives a reader for it.</summary>
    /// <param name="datagram">Exactly one message: bytes behind it make it invalid.</param>
    /// <param name="message">The message when the result is <see cref="StunParseStatus.Ok"/>.</param>
    public static StunParseStatus TryParse(ReadOnlySpan<byte> datagram, out StunReader message)
    {
        message = default;
        if (datagram.Length < StunWire.HeaderBytes)
        {
            return StunParseStatus.TooShort;
        }

        if (datagram[0] >= 0x40)
        {
            return StunParseStatus.LeadingBits;
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) != StunWire.MagicCookie)
        {
            return StunParseStatus.BadCookie;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if ((length & 3) != 0)
        {
            return StunParseStatus.LengthNotMultipleOf4;
        }

        int end = StunWire.HeaderBytes + length;
        if (end != datagram.Length)
        {
            return end > datagram.Length ? StunParseStatus.LengthExceedsBuffer : StunParseStatus.TrailingBytes;
        }

        return TryWalk(datagram, out message) ? StunParseStatus.Ok : StunParseStatus.AttributeOverrun;
    }

    /// <summary>Walks the visible attributes in order, integrity and fingerprint attributes left out.</summary>
    public Enumerator GetEnumerator() => new(Bytes[.._visibleEnd]);

    /// <summary>Finds the first visible attribute of a type; later ones of the same type are to be ignored (RFC 8489 §14).</summary>
    public bool TryFind(StunAttributeType type, out StunAttribute attribute)
    {
        // Not by the enumerator: this runs once for every attribute that is asked for, and most steps only pass by.
        ReadOnlySpan<byte> visible = Bytes[.._visibleEnd];
        int offset = StunWire.HeaderBytes;
        while (offset < visible.Length)
        {
            uint header = BinaryPrimitives.ReadUInt32BigEndian(visible[offset..]);
            int length = (int)(header & 0xFFFF);
            if (header >> 16 == (uint)type)
            {
                attribute = new StunAttribute(type, visible.Slice(offset + StunWire.AttributeHeaderBytes, length));
                return true;
            }

            offset += StunWire.AttributeHeaderBytes + StunWire.Padded(length);
        }

        attribute = default;
        return false;
    }

    /// <summary>Whether the attribute is present and visible, whatever its value.</summary>
    public bool Has(StunAttributeType type) => TryFind(type, out _);

    /// <summary>Reads the first attribute of the type as an address that is not XORed.</summary>
    public StunAttributeStatus GetAddress(StunAttributeType type, out TransportAddress address)
    {
        address = default;
        return TryFind(type, out StunAttribute attribute) ? attribute.ReadAddress(out address) : StunAttributeStatus.Missing;
    }

    /// <summary>Reads the first attribute of the type as a XORed address.</summary>
    public StunAttributeStatus GetXorAddress(StunAttributeType type, out TransportAddress address)
    {
        address = default;
        return TryFind(type, out StunAttribute attribute) ? attribute.ReadXorAddress(TransactionId, out address) : StunAttributeStatus.Missing;
    }

    /// <summary>Reads the first attribute of the type as one byte and three reserved ones.</summary>
    public StunAttributeStatus GetByte(StunAttributeType type, out byte value)
    {
        value = default;
        return TryFind(type, out StunAttribute attribute) ? attribute.ReadByte(out value) : StunAttributeStatus.Missing;
    }

    /// <summary>Reads the first attribute of the type as two bytes and two reserved ones.</summary>
    public StunAttributeStatus GetUInt16(StunAttributeType type, out ushort value)
    {
        value = default;
        return TryFind(type, out StunAttribute attribute) ? attribute.ReadUInt16(out value) : StunAttributeStatus.Missing;
    }

    /// <summary>Reads the first attribute of the type as a 32-bit number.</summary>
    public StunAttributeStatus GetUInt32(StunAttributeType type, out uint value)
    {
        value = default;
        return TryFind(type, out StunAttribute attribute) ? attribute.ReadUInt32(out value) : StunAttributeStatus.Missing;
    }

    /// <summary>Reads the first attribute of the type as a 64-bit number.</summary>
    public StunAttributeStatus GetUInt64(StunAttributeType type, out ulong value)
    {
        value = default;
        return TryFind(type, out StunAttribute attribute) ? attribute.ReadUInt64(out value) : StunAttributeStatus.Missing;
    }

    /// <summary>Reads the first attribute of the type as a flag.</summary>
    public StunAttributeStatus GetFlag(StunAttributeType type) =>
        TryFind(type, out StunAttribute attribute) ? attribute.ReadFlag() : StunAttributeStatus.Missing;

    /// <summary>Reads the first attribute of the type as raw bytes.</summary>
    public StunAttributeStatus GetBytes(StunAttributeType type, out ReadOnlySpan<byte> value)
    {
        bool found = TryFind(type, out StunAttribute attribute);
        value = found ? attribute.Value : default;
        return found ? StunAttributeStatus.Ok : StunAttributeStatus.Missing;
    }

    /// <summary>Reads the first attribute of the type as UTF-8 text of at most 763 bytes.</summary>
    public StunAttributeStatus GetText(StunAttributeType type, out ReadOnlySpan<byte> utf8)
    {
        utf8 = default;
        return TryFind(type, out StunAttribute attribute) ? attribute.ReadText(out utf8) : StunAttributeStatus.Missing;
    }

    /// <summary>Reads ERROR-CODE.</summary>
    public StunAttributeStatus GetErrorCode(out int code, out ReadOnlySpan<byte> reasonUtf8)
    {
        code = default;
        reasonUtf8 = default;
        return TryFind(StunAttributeType.ErrorCode, out StunAttribute attribute)
            ? attribute.ReadErrorCode(out code, out reasonUtf8)
            : StunAttributeStatus.Missing;
    }

    /// <summary>Checks FINGERPRINT: present, 4 bytes, the last attribute, and right (RFC 8489 §7, §14.7).</summary>
    public StunFingerprintStatus VerifyFingerprint()
    {
        if (!HasFingerprint)
        {
            return StunFingerprintStatus.Missing;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(Bytes[(_fingerprintOffset + 2)..]);
        if (length != 4)
        {
            return StunFingerprintStatus.BadLength;
        }

        if (_fingerprintOffset + 8 != Bytes.Length)
        {
            return StunFingerprintStatus.NotLast;
        }

        uint expected = Crc32.Compute(Bytes[.._fingerprintOffset]) ^ StunWire.FingerprintXor;
        return BinaryPrimitives.ReadUInt32BigEndian(Bytes[(_fingerprintOffset + 4)..]) == expected
            ? StunFingerprintStatus.Ok
            : StunFingerprintStatus.Mismatch;
    }

    /// <summary>Checks MESSAGE-INTEGRITY in constant time (RFC 8489 §14.5).</summary>
    public StunIntegrityStatus VerifyIntegrity(StunIntegrityKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Verify(_integrityOffset, StunIntegrityAlgorithm.HmacSha1, StunWire.Sha1Bytes, key);
    }

    /// <summary>Checks MESSAGE-INTEGRITY-SHA256 in constant time (RFC 8489 §14.6).</summary>
    /// <param name="key">The key.</param>
    /// <param name="minimumBytes">Shortest truncation to accept, 16 to 32 in steps of 4; the default, 32, accepts none.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="minimumBytes"/> is outside its range.</exception>
    public StunIntegrityStatus VerifyIntegritySha256(StunIntegrityKey key, int minimumBytes = StunWire.Sha256Bytes)
    {
        ArgumentNullException.ThrowIfNull(key);
        StunWire.CheckSha256Bytes(minimumBytes, nameof(minimumBytes));
        return Verify(_integritySha256Offset, StunIntegrityAlgorithm.HmacSha256, minimumBytes, key);
    }

    private StunIntegrityStatus Verify(int offset, StunIntegrityAlgorithm algorithm, int minimumBytes, StunIntegrityKey key)
    {
        if (offset == 0)
        {
            return StunIntegrityStatus.Missing;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(Bytes[(offset + 2)..]);
        bool legalLength = algorithm == StunIntegrityAlgorithm.HmacSha1
            ? length == StunWire.Sha1Bytes
            : length is >= StunWire.MinSha256Bytes and <= StunWire.Sha256Bytes && (length & 3) == 0;
        if (!legalLength)
        {
            return StunIntegrityStatus.BadLength;
        }

        if (length < minimumBytes)
        {
            return StunIntegrityStatus.TruncationNotAllowed;
        }

        ReadOnlySpan<byte> received = Bytes.Slice(offset + StunWire.AttributeHeaderBytes, length);
        return key.Matches(algorithm, Bytes[..offset], length, received) ? StunIntegrityStatus.Ok : StunIntegrityStatus.Mismatch;
    }

    // One pass: structure of every TLV, and where the integrity and fingerprint attributes stand.
    private static bool TryWalk(ReadOnlySpan<byte> bytes, out StunReader message)
    {
        int visibleEnd = 0, integrity = 0, integritySha256 = 0, fingerprint = 0;
        int offset = StunWire.HeaderBytes;
        while (offset < bytes.Length)
        {
            uint header = BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);
            int next = offset + StunWire.AttributeHeaderBytes + StunWire.Padded((int)(header & 0xFFFF));
            if (next > bytes.Length)
            {
                message = default;
                return false;
            }

            // A second one of a kind is ignored.
            switch ((StunAttributeType)(header >> 16))
            {
                case StunAttributeType.MessageIntegrity when integrity == 0:
                    integrity = offset;
                    break;
                case StunAttributeType.MessageIntegritySha256 when integritySha256 == 0:
                    integritySha256 = offset;
                    break;
                case StunAttributeType.Fingerprint when fingerprint == 0:
                    fingerprint = offset;
                    break;
                default:
                    offset = next;
                    continue;
            }

            if (visibleEnd == 0)
            {
                visibleEnd = offset;
            }

            offset = next;
        }

        message = new StunReader(bytes, visibleEnd == 0 ? bytes.Length : visibleEnd, integrity, integritySha256, fingerprint);
        return true;
    }

    /// <summary>Walks attributes.</summary>
    [SuppressMessage("Design", "CA1034:Nested types should not be visible", Justification = "The enumerator pattern of a ref struct.")]
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> _bytes;
        private int _next;

        internal Enumerator(ReadOnlySpan<byte> bytes)
        {
            _bytes = bytes;
            _next = StunWire.HeaderBytes;
        }

        /// <summary>The attribute the walk stands on.</summary>
        public StunAttribute Current { get; private set; }

        /// <summary>Moves to the next attribute, or returns false behind the last one.</summary>
        public bool MoveNext()
        {
            if (_next >= _bytes.Length)
            {
                return false;
            }

            uint header = BinaryPrimitives.ReadUInt32BigEndian(_bytes[_next..]);
            int length = (int)(header & 0xFFFF);
            Current = new StunAttribute((StunAttributeType)(header >> 16), _bytes.Slice(_next + StunWire.AttributeHeaderBytes, length));
            _next += StunWire.AttributeHeaderBytes + StunWire.Padded(length);
            return true;
        }
    }
}
