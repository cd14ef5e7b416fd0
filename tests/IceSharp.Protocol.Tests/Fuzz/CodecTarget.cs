using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Printing;

namespace IceSharp.Protocol.Tests.Fuzz;

/// <summary>The codec under fuzz: everything that can be asked of a datagram is asked and compared with the reference.</summary>
internal sealed class CodecTarget : IDisposable
{
    private readonly StunIntegrityKey _key = new("VOkJxbRl1RmTxUk/WvJxBt"u8);
    private readonly ReferenceWalk _reference = new();
    private readonly byte[] _copy = new byte[FuzzMutator.MaxBytes + 64];
    private ulong _digest;

    /// <summary>Checks an input.</summary>
    /// <param name="input">The datagram.</param>
    /// <param name="deep">Also what costs more: HMACs, printing, writing anew.</param>
    /// <returns>A digest of all that was read, which must hang on nothing but the input.</returns>
    public ulong Check(ReadOnlySpan<byte> input, bool deep)
    {
        _digest = 14695981039346656037;
        CheckChannelData(input);
        _reference.Walk(input);
        StunParseStatus status = StunReader.TryParse(input, out StunReader message);
        FuzzFailureException.Unless(status == _reference.Status, $"parsed as {status}, but it is {_reference.Status}");
        Mix((ulong)status);
        if (status != StunParseStatus.Ok)
        {
            return _digest;
        }

        FuzzFailureException.Unless(StunReader.LooksLikeStun(input), "a message does not look like one");
        FuzzFailureException.Unless(
            (message.HasIntegrity, message.HasIntegritySha256, message.HasFingerprint) == (_reference.HasIntegrity, _reference.HasIntegritySha256, _reference.HasFingerprint),
            "the seals differ");
        Mix((ulong)message.VerifyFingerprint());
        Mix(StunComprehension.HasUnknown(message) ? 1u : 0);
        Mix((ulong)StunComprehension.CollectUnknown(message, stackalloc StunAttributeType[4]));
        WalkAttributes(input, message);
        if (deep)
        {
            Mix((ulong)message.VerifyIntegrity(_key));
            Mix((ulong)message.VerifyIntegritySha256(_key, 16));
            CheckPrinter(message);
            CheckRewritten(message);
        }

        return _digest;
    }

    /// <summary>What kind of input it is: two with the same words went the same ways.</summary>
    public static string Describe(ReadOnlySpan<byte> input)
    {
        StunParseStatus status = StunReader.TryParse(input, out StunReader message);
        if (status != StunParseStatus.Ok)
        {
            ChannelDataStatus frame = ChannelDataReader.TryParse(input, out _);
            return ChannelDataReader.LooksLikeChannelData(input) ? $"{status}, ChannelData {frame}" : $"{status}";
        }

        var parts = new List<string> { $"{message.Class}" };
        foreach (StunAttribute attribute in message)
        {
            parts.Add($"{attribute.Type}={ReadOne(attribute, message.TransactionId)}");
        }

        if (message.HasFingerprint)
        {
            parts.Add($"fingerprint={message.VerifyFingerprint()}");
        }

        using var key = new StunIntegrityKey("VOkJxbRl1RmTxUk/WvJxBt"u8);
        parts.Add($"sha1={message.VerifyIntegrity(key)}");
        parts.Add($"sha256={message.VerifyIntegritySha256(key)}");
        return string.Join(' ', parts);
    }

    public void Dispose() => _key.Dispose();

    private static StunAttributeStatus ReadOne(in StunAttribute attribute, StunTransactionId id) => attribute.Type switch
    {
        StunAttributeType.XorMappedAddress or StunAttributeType.XorPeerAddress or StunAttributeType.XorRelayedAddress => attribute.ReadXorAddress(id, out _),
        StunAttributeType.MappedAddress or StunAttributeType.AlternateServer or StunAttributeType.ResponseOrigin or StunAttributeType.OtherAddress => attribute.ReadAddress(out _),
        StunAttributeType.ErrorCode => attribute.ReadErrorCode(out _, out _),
        StunAttributeType.AddressErrorCode => attribute.ReadAddressErrorCode(out _, out _, out _),
        StunAttributeType.UnknownAttributes => attribute.ReadUnknownAttributes(out _),
        StunAttributeType.PasswordAlgorithm => attribute.ReadPasswordAlgorithm(out _),
        StunAttributeType.PasswordAlgorithms => attribute.ReadPasswordAlgorithms(out _),
        StunAttributeType.Username or StunAttributeType.Realm or StunAttributeType.Nonce or StunAttributeType.Software => attribute.ReadText(out _),
        StunAttributeType.Priority or StunAttributeType.Lifetime => attribute.ReadUInt32(out _),
        StunAttributeType.IceControlled or StunAttributeType.IceControlling => attribute.ReadUInt64(out _),
        StunAttributeType.UseCandidate or StunAttributeType.DontFragment => attribute.ReadFlag(),
        StunAttributeType.EvenPort => attribute.ReadEvenPort(out _),
        StunAttributeType.Icmp => attribute.ReadIcmp(out _, out _, out _),
        _ => StunAttributeStatus.Ok,
    };

    private void CheckChannelData(ReadOnlySpan<byte> input)
    {
        ChannelDataStatus expected = input.Length < 4 ? ChannelDataStatus.TooShort
            : input[0] is < 0x40 or > 0x4F ? ChannelDataStatus.BadChannel
            : 4 + (input[2] * 256) + input[3] > input.Length ? ChannelDataStatus.LengthExceedsBuffer
            : ChannelDataStatus.Ok;

        ChannelDataStatus status = ChannelDataReader.TryParse(input, out ChannelDataReader frame);

        FuzzFailureException.Unless(status == expected, $"ChannelData parsed as {status}, but it is {expected}");
        Mix((ulong)status);
        if (status == ChannelDataStatus.Ok)
        {
            Mix(frame.Channel);
            Mix(frame.Data);
            Inside(input, frame.Data);
        }
    }

    private void WalkAttributes(ReadOnlySpan<byte> input, in StunReader message)
    {
        int index = 0;
        foreach (StunAttribute attribute in message)
        {
            FuzzFailureException.Unless(index < _reference.Visible.Count, "the enumerator shows more attributes than may be seen");
            (ushort type, int offset, int length) = _reference.Visible[index];
            FuzzFailureException.Unless((ushort)attribute.Type == type && attribute.Value.Length == length, $"attribute {index} differs");
            FuzzFailureException.Unless(length == 0 || (input.Overlaps(attribute.Value, out int at) && at == offset), $"attribute {index} stands elsewhere");

            int first = _reference.First(type);
            FuzzFailureException.Unless(message.TryFind(attribute.Type, out StunAttribute found), $"attribute {index} is walked but not found");
            FuzzFailureException.Unless(found.Value == input.Slice(_reference.Visible[first].Offset, _reference.Visible[first].Length), $"attribute {index}: not the first of its type is found");
            ReadEverything(input, message.TransactionId, attribute);
            index++;
        }

        FuzzFailureException.Unless(index == _reference.Visible.Count, "the enumerator ends early");
        FuzzFailureException.Unless(!message.Has(StunAttributeType.MessageIntegrity) && !message.Has(StunAttributeType.Fingerprint), "a seal is visible");
    }

    private void ReadEverything(ReadOnlySpan<byte> input, StunTransactionId id, in StunAttribute attribute)
    {
        Mix((ulong)attribute.ReadAddress(out TransportAddress plain));
        Mix((ulong)attribute.ReadXorAddress(id, out TransportAddress xored));
        Mix(((ulong)plain.Port << 32) | xored.Port);
        Mix((ulong)attribute.ReadByte(out byte one) | ((ulong)one << 8));
        Mix((ulong)attribute.ReadUInt16(out ushort two) | ((ulong)two << 8));
        Mix((ulong)attribute.ReadUInt32(out uint four) | ((ulong)four << 8));
        Mix((ulong)attribute.ReadUInt64(out ulong eight) ^ eight);
        Mix((ulong)attribute.ReadFlag());
        Mix((ulong)attribute.ReadText(out ReadOnlySpan<byte> text));
        Inside(input, text);
        Mix((ulong)attribute.ReadErrorCode(out int code, out ReadOnlySpan<byte> reason));
        Inside(input, reason);
        FuzzFailureException.Unless(code is 0 or (>= 300 and <= 699), $"error code {code}");
        Mix((ulong)attribute.ReadAddressErrorCode(out IpFamily family, out int familyCode, out reason));
        FuzzFailureException.Unless(familyCode == 0 || family != IpFamily.None, "an address error of no family");
        Mix((ulong)attribute.ReadEvenPort(out _));
        Mix((ulong)attribute.ReadIcmp(out _, out _, out uint data) | ((ulong)data << 8));
        Mix((ulong)attribute.ReadChangeRequest(out _, out _));
        Mix((ulong)attribute.ReadResponsePort(out ushort port) | ((ulong)port << 8));
        Mix((ulong)attribute.ReadNetworkInfo(out _, out _));
        Mix((ulong)attribute.ReadNomination(out uint nomination));
        FuzzFailureException.Unless(nomination <= 0xFFFFFF, "a nomination of more than 24 bits");
        Mix((ulong)attribute.ReadUInt16List(stackalloc ushort[3], out _));
        Mix((ulong)attribute.ReadPasswordAlgorithm(out StunPasswordAlgorithmEntry only));
        Inside(input, only.Parameters);
        Mix((ulong)attribute.ReadUnknownAttributes(out StunAttributeTypeList types));
        Mix(types.Contains(StunAttributeType.Username) ? 1u : 0);
        Mix((ulong)attribute.ReadPasswordAlgorithms(out StunPasswordAlgorithmList algorithms));
        int entries = 0;
        foreach (StunPasswordAlgorithmEntry entry in algorithms)
        {
            Mix((ulong)entry.Algorithm);
            Inside(input, entry.Parameters);
            FuzzFailureException.Unless(++entries <= attribute.Value.Length / 4, "more entries than bytes");
        }
    }

    private void CheckPrinter(in StunReader message)
    {
        string text = StunMessagePrinter.Print(message, new StunPrintOptions { ShowUsers = true });
        int lines = 1, shown = Math.Min(_reference.AttributeCount, 64);
        foreach (char c in text)
        {
            lines += c == '\n' ? 1 : 0;
            FuzzFailureException.Unless(c == '\n' || !char.IsControl(c), "a control character in print");
        }

        FuzzFailureException.Unless(text.Length <= 300 * (shown + 2), $"{text.Length} characters for {shown} attributes");
        FuzzFailureException.Unless(lines == 1 + shown + (_reference.AttributeCount > shown ? 1 : 0), $"{lines} lines for {_reference.AttributeCount} attributes");
        Mix((ulong)text.Length);
    }

    // What was read can be written, and reads the same again.
    private void CheckRewritten(in StunReader message)
    {
        var writer = new StunWriter(_copy, message.Method, message.Class, message.TransactionId);
        foreach (StunAttribute attribute in message)
        {
            writer.AddBytes(attribute.Type, attribute.Value);
        }

        FuzzFailureException.Unless(StunReader.TryParse(writer.Written, out StunReader again) == StunParseStatus.Ok, "what was written does not parse");
        FuzzFailureException.Unless((again.Method, again.Class, again.TransactionId) == (message.Method, message.Class, message.TransactionId), "the header changed");
        StunReader.Enumerator copies = again.GetEnumerator();
        foreach (StunAttribute attribute in message)
        {
            FuzzFailureException.Unless(copies.MoveNext() && copies.Current.Type == attribute.Type && copies.Current.Value.SequenceEqual(attribute.Value), "an attribute changed");
        }

        FuzzFailureException.Unless(!copies.MoveNext(), "an attribute more");
    }

    private static void Inside(ReadOnlySpan<byte> input, ReadOnlySpan<byte> part) =>
        FuzzFailureException.Unless(part.IsEmpty || (input.Overlaps(part, out int at) && at >= 0 && at + part.Length <= input.Length), "a value outside of the input");

    private void Mix(ReadOnlySpan<byte> bytes)
    {
        Mix((ulong)bytes.Length);
        Mix(bytes.IsEmpty ? 0u : bytes[^1]);
    }

    private void Mix(ulong value) => _digest = (_digest ^ value) * 1099511628211;
}
