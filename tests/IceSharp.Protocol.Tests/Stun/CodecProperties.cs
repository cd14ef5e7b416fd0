using FsCheck;
using FsCheck.Fluent;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Stun;

/// <summary>What holds for all bytes, not for chosen ones.</summary>
public sealed class CodecProperties
{
    private static readonly StunAttributeType[] Types = [.. Enum.GetValues<StunAttributeType>(), (StunAttributeType)0x7F00, (StunAttributeType)0xC001];

    [Fact]
    [Rfc("STUN-8489-5-k")]
    public void Nothing_that_arrives_makes_the_parser_throw() =>
        Prop.ForAll(Gen.OneOf(AnyBytes(), Damaged(Messages()), HeadersWithAnyBody()).ToArbitrary(), LookAtEverything).QuickCheckThrowOnFailure();

    [Fact]
    public void What_was_written_is_read_back() =>
        Prop.ForAll(Attributes().ToArbitrary(), attributes =>
        {
            byte[] bytes = Write(attributes, sign: true, fingerprint: true);
            using var key = new StunIntegrityKey([1, 2, 3]);
            return StunReader.TryParse(bytes, out StunReader message) == StunParseStatus.Ok
                && StunReaderVectorTests.Listing(message).SequenceEqual(attributes.Select(a => (a.Type, Convert.ToHexString(a.Value))))
                && message.VerifyIntegrity(key) == StunIntegrityStatus.Ok
                && message.VerifyFingerprint() == StunFingerprintStatus.Ok;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_address_survives_the_xor_with_every_transaction_id() =>
        Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 255), 31).ToArbitrary(), numbers =>
        {
            byte[] random = [.. numbers.Select(n => (byte)n)];
            IpAddress ip = IpAddress.FromBytes(random.AsSpan(0, random[30] % 2 == 0 ? 4 : 16)).Unmap();
            var address = new TransportAddress(ip, (ushort)((random[16] << 8) | random[17]));
            var id = StunTransactionId.Read(random.AsSpan(18));
            var writer = new StunWriter(new byte[80], StunMethod.Binding, StunClass.SuccessResponse, id);
            writer.AddXorAddress(StunAttributeType.XorMappedAddress, address);
            writer.AddAddress(StunAttributeType.MappedAddress, address);
            return StunReader.TryParse(writer.Written, out StunReader message) == StunParseStatus.Ok
                && message.GetXorAddress(StunAttributeType.XorMappedAddress, out TransportAddress xored) == StunAttributeStatus.Ok
                && message.GetAddress(StunAttributeType.MappedAddress, out TransportAddress plain) == StunAttributeStatus.Ok
                && message.TransactionId == id && xored == address && plain == address;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_changed_bit_is_rejected_or_leaves_the_covered_content_as_it_was() =>
        Prop.ForAll(Attributes().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (attributes, place) =>
        {
            byte[] bytes = Write(attributes, sign: true, fingerprint: place % 3 == 0);
            int bit = place % (bytes.Length * 8);
            return IsHarmless(bytes, bit, key: [1, 2, 3]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_single_bit_of_any_authenticated_vector_can_be_changed_unseen()
    {
        foreach (MessageVector vector in MessageVector.Accepted.Where(v => v.Key is not null))
        {
            for (int bit = 0; bit < vector.Hex.Length * 8; bit++)
            {
                if (!IsHarmless(vector.Hex, bit, vector.Key!))
                {
                    Assert.Fail($"{vector.Id}: bit {bit}");
                }
            }
        }
    }

    [Fact]
    [Rfc("STUN-8489-6.2.2-d")]
    public void A_stream_gives_the_same_frames_however_it_is_cut() =>
        Prop.ForAll(
            Gen.ArrayOf(Gen.OneOf(Messages(), Frames()), 5).ToArbitrary(),
            Gen.ArrayOf(Gen.Choose(1, 40), 40).ToArbitrary(),
            Gen.Choose(0, 5000).ToArbitrary(),
            (frames, chunks, damage) =>
            {
                byte[] stream = [.. frames.SelectMany(f => f)];
                if (stream.Length > damage)
                {
                    stream[damage] ^= 0x21;
                }

                return Split(stream, chunks) == Split(stream, [stream.Length]);
            }).QuickCheckThrowOnFailure();

    // A receiver that demands integrity takes a message with one changed bit only if all it may look at is unchanged.
    private static bool IsHarmless(byte[] original, int bit, byte[] key)
    {
        byte[] changed = [.. original];
        changed[bit / 8] ^= (byte)(0x80 >> (bit % 8));
        if (StunReader.TryParse(changed, out StunReader after) != StunParseStatus.Ok)
        {
            return true;
        }

        using var integrityKey = new StunIntegrityKey(key);
        StunIntegrityStatus integrity = after.HasIntegritySha256 ? after.VerifyIntegritySha256(integrityKey, 16) : after.VerifyIntegrity(integrityKey);
        if (integrity != StunIntegrityStatus.Ok || (after.HasFingerprint && after.VerifyFingerprint() != StunFingerprintStatus.Ok))
        {
            return true;
        }

        StunReader.TryParse(original, out StunReader before);
        return before.Method == after.Method && before.Class == after.Class && before.TransactionId == after.TransactionId
            && StunReaderVectorTests.Listing(before).SequenceEqual(StunReaderVectorTests.Listing(after));
    }

    private static void LookAtEverything(byte[] bytes)
    {
        _ = StunReader.LooksLikeStun(bytes);
        ChannelDataReader.TryParse(bytes, out _);
        Split(bytes, [7, 1, 100]);
        if (StunReader.TryParse(bytes, out StunReader message) != StunParseStatus.Ok)
        {
            return;
        }

        using var key = new StunIntegrityKey([1, 2, 3]);
        message.VerifyIntegrity(key);
        message.VerifyIntegritySha256(key, 16);
        message.VerifyFingerprint();
        message.GetErrorCode(out _, out _);
        foreach (StunAttribute attribute in message)
        {
            attribute.ReadAddress(out _);
            attribute.ReadXorAddress(message.TransactionId, out _);
            attribute.ReadByte(out _);
            attribute.ReadUInt16(out _);
            attribute.ReadUInt32(out _);
            attribute.ReadUInt64(out _);
            attribute.ReadFlag();
            attribute.ReadText(out _);
            attribute.ReadErrorCode(out _, out _);
            attribute.ReadAddressErrorCode(out _, out _, out _);
            attribute.ReadEvenPort(out _);
            attribute.ReadIcmp(out _, out _, out _);
            attribute.ReadChangeRequest(out _, out _);
            attribute.ReadResponsePort(out _);
            attribute.ReadPasswordAlgorithm(out _);
            attribute.ReadUnknownAttributes(out StunAttributeTypeList types);
            types.Contains(StunAttributeType.Username);
            attribute.ReadPasswordAlgorithms(out StunPasswordAlgorithmList algorithms);
            foreach (StunPasswordAlgorithmEntry entry in algorithms)
            {
                _ = entry.Parameters.Length;
            }
        }
    }

    private static string Split(byte[] stream, int[] chunks)
    {
        var framer = new StreamFramer();
        var log = new System.Text.StringBuilder();
        int offset = 0;
        StreamFrameStatus status = StreamFrameStatus.NeedMore;
        for (int i = 0; offset < stream.Length && status == StreamFrameStatus.NeedMore; i++)
        {
            int count = Math.Min(chunks[i % chunks.Length], stream.Length - offset);
            framer.Append(stream.AsSpan(offset, count));
            offset += count;
            while ((status = framer.TryRead(out StreamFrame frame)) == StreamFrameStatus.Frame)
            {
                log.Append(frame.Kind).Append(Convert.ToHexString(frame.Bytes)).Append(' ');
            }
        }

        return log.Append(status).ToString();
    }

    private static byte[] Write((StunAttributeType Type, byte[] Value)[] attributes, bool sign, bool fingerprint)
    {
        var writer = new StunWriter(new byte[4000], StunMethod.Binding, StunClass.Request, new StunTransactionId(1, 2));
        foreach ((StunAttributeType type, byte[] value) in attributes)
        {
            writer.AddBytes(type, value);
        }

        if (sign)
        {
            using var key = new StunIntegrityKey([1, 2, 3]);
            writer.AddIntegrity(key);
        }

        if (fingerprint)
        {
            writer.AddFingerprint();
        }

        return writer.Written.ToArray();
    }

    private static Gen<byte[]> AnyBytes() => Gen.Choose(0, 255).Select(n => (byte)n).ArrayOf();

    private static Gen<(StunAttributeType Type, byte[] Value)[]> Attributes() =>
        Gen.Elements(Types.Where(t => t is not (StunAttributeType.MessageIntegrity or StunAttributeType.MessageIntegritySha256 or StunAttributeType.Fingerprint)).ToArray())
            .SelectMany(type => AnyBytes().Select(value => (type, value)))
            .ArrayOf();

    private static Gen<byte[]> Messages() =>
        Attributes().SelectMany(attributes => Gen.Choose(0, 3).Select(seals => Write(attributes, sign: (seals & 1) != 0, fingerprint: (seals & 2) != 0)));

    private static Gen<byte[]> Frames() => AnyBytes().Select(data =>
    {
        byte[] frame = new byte[ChannelDataWriter.FrameBytes(data.Length, padded: true)];
        ChannelDataWriter.WritePadded(frame, 0x4123, data);
        return frame;
    });

    // Real messages with bytes changed and the end cut off: they reach further into the parser than noise does.
    private static Gen<byte[]> Damaged(Gen<byte[]> messages) =>
        messages.SelectMany(bytes => Gen.Choose(0, int.MaxValue).Three().Select(n =>
        {
            (int a, int b, int c) = n;
            byte[] damaged = [.. bytes];
            damaged[a % damaged.Length] = (byte)(a >> 8);
            damaged[b % damaged.Length] ^= (byte)(1 << (b % 8));
            return c % 4 == 0 ? damaged[..(c / 4 % (damaged.Length + 1))] : damaged;
        }));

    // A sound header of the right length, the known types first in each attribute, and anything else behind it.
    private static Gen<byte[]> HeadersWithAnyBody() =>
        Gen.Elements(Types).SelectMany(type => Gen.Choose(0, 48).SelectMany(length => Gen.ArrayOf(Gen.Choose(0, 255), 60).Select(numbers =>
        {
            byte[] bytes = new byte[20 + 60];
            _ = new StunWriter(bytes, StunMethod.Binding, StunClass.ErrorResponse, default);
            bytes[3] = 60;
            for (int i = 0; i < numbers.Length; i++)
            {
                bytes[20 + i] = (byte)numbers[i];
            }

            bytes[20] = (byte)((int)type >> 8);
            bytes[21] = (byte)type;
            bytes[22] = 0;
            bytes[23] = (byte)length;
            int next = 24 + ((length + 3) & ~3);
            if (next + 4 <= bytes.Length)
            {
                bytes[next + 2] = 0;
                bytes[next + 3] = (byte)(bytes.Length - next - 4);
            }

            return bytes;
        })));
}
