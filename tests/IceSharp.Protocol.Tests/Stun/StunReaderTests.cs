using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Stun;

public sealed class StunReaderTests
{
    [Fact]
    [Rfc("STUN-8489-14-f")]
    public void The_first_of_several_attributes_counts()
    {
        StunReader message = Message((ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttributeType.XorMappedAddress, TransportAddress.Parse("203.0.113.1:5000"));
            w.AddXorAddress(StunAttributeType.XorMappedAddress, TransportAddress.Parse("203.0.113.2:5001"));
        });

        message.GetXorAddress(StunAttributeType.XorMappedAddress, out TransportAddress mapped).Should().Be(StunAttributeStatus.Ok);

        mapped.Should().Be(TransportAddress.Parse("203.0.113.1:5000"));
    }

    [Fact]
    [Rfc("STUN-8489-14-f")]
    public void A_broken_first_attribute_is_not_passed_over_for_a_second()
    {
        StunReader message = Message((ref StunWriter w) =>
        {
            w.AddBytes(StunAttributeType.Priority, [1, 2]);
            w.AddUInt32(StunAttributeType.Priority, 7);
        });

        message.GetUInt32(StunAttributeType.Priority, out uint priority).Should().Be(StunAttributeStatus.BadLength);

        priority.Should().Be(0);
    }

    [Fact]
    [Rfc("STUN-8489-14-g")]
    public void Attributes_that_repeat_by_design_are_all_walked()
    {
        MessageVector vector = MessageVector.ById("int-21");
        StunReader.TryParse(vector.Hex, out StunReader message);
        List<TransportAddress> peers = [];
        foreach (StunAttribute attribute in message)
        {
            if (attribute.Type == StunAttributeType.XorPeerAddress)
            {
                attribute.ReadXorAddress(message.TransactionId, out TransportAddress peer).Should().Be(StunAttributeStatus.Ok);
                peers.Add(peer);
            }
        }

        peers.Should().Equal(
            TransportAddress.Parse("192.0.2.150:0"), TransportAddress.Parse("[2001:db8::150]:0"), TransportAddress.Parse("198.51.100.9:65535"));
    }

    [Fact]
    public void What_is_not_there_is_missing()
    {
        StunReader message = Message((ref StunWriter w) => w.AddFlag(StunAttributeType.UseCandidate));

        message.GetAddress(StunAttributeType.MappedAddress, out _).Should().Be(StunAttributeStatus.Missing);
        message.GetXorAddress(StunAttributeType.XorMappedAddress, out _).Should().Be(StunAttributeStatus.Missing);
        message.GetByte(StunAttributeType.RequestedTransport, out _).Should().Be(StunAttributeStatus.Missing);
        message.GetUInt16(StunAttributeType.ChannelNumber, out _).Should().Be(StunAttributeStatus.Missing);
        message.GetUInt32(StunAttributeType.Priority, out _).Should().Be(StunAttributeStatus.Missing);
        message.GetUInt64(StunAttributeType.IceControlled, out _).Should().Be(StunAttributeStatus.Missing);
        message.GetFlag(StunAttributeType.DontFragment).Should().Be(StunAttributeStatus.Missing);
        message.GetBytes(StunAttributeType.Data, out _).Should().Be(StunAttributeStatus.Missing);
        message.GetText(StunAttributeType.Realm, out _).Should().Be(StunAttributeStatus.Missing);
        message.GetErrorCode(out _, out _).Should().Be(StunAttributeStatus.Missing);
        message.GetFlag(StunAttributeType.UseCandidate).Should().Be(StunAttributeStatus.Ok);
        message.Has(StunAttributeType.UseCandidate).Should().BeTrue();
    }

    [Fact]
    [Rfc("STUN-8489-14-h")]
    public void Types_below_0x8000_must_be_understood()
    {
        StunReader message = Message((ref StunWriter w) =>
        {
            foreach (int type in new[] { 0x0000, 0x7FFF, 0x8000, 0xFFFF })
            {
                w.AddFlag((StunAttributeType)type);
            }
        });

        List<bool> required = [];
        foreach (StunAttribute attribute in message)
        {
            required.Add(attribute.IsComprehensionRequired);
        }

        required.Should().Equal(true, true, false, false);
    }

    [Fact]
    [Rfc("STUN-8489-14.13-a")]
    public void A_list_of_unknown_attributes_is_read_by_index_and_only_within_it()
    {
        StunReader message = Message((ref StunWriter w) =>
            w.AddUnknownAttributes([StunAttributeType.DontFragment, (StunAttributeType)0x7F00, StunAttributeType.RequestedAddressFamily]));
        message.TryFind(StunAttributeType.UnknownAttributes, out StunAttribute attribute);
        attribute.Value.Length.Should().Be(6);
        attribute.ReadUnknownAttributes(out StunAttributeTypeList types);

        types.Count.Should().Be(3);
        types[2].Should().Be(StunAttributeType.RequestedAddressFamily);
        types.Contains((StunAttributeType)0x7F00).Should().BeTrue();
        types.Contains(StunAttributeType.Username).Should().BeFalse();
        Outside(types, 3).Should().BeTrue();
        Outside(types, -1).Should().BeTrue();
    }

    [Fact]
    [Rfc("STUN-8489-14.12-a")]
    public void A_second_entry_makes_password_algorithm_invalid()
    {
        StunReader message = Message((ref StunWriter w) => w.AddBytes(StunAttributeType.PasswordAlgorithm, [0, 2, 0, 0, 0, 1, 0, 0]));
        message.TryFind(StunAttributeType.PasswordAlgorithm, out StunAttribute attribute);

        attribute.ReadPasswordAlgorithm(out StunPasswordAlgorithmEntry entry).Should().Be(StunAttributeStatus.BadLength);

        entry.Algorithm.Should().Be(StunPasswordAlgorithm.None);
    }

    [Fact]
    public void Bytes_that_hold_no_message_give_an_empty_reader()
    {
        StunReader message = default;

        message.GetEnumerator().MoveNext().Should().BeFalse();
        message.VerifyFingerprint().Should().Be(StunFingerprintStatus.Missing);
    }

    private delegate void Step(ref StunWriter writer);

    private static StunReader Message(Step write)
    {
        var writer = new StunWriter(new byte[200], StunMethod.Binding, StunClass.Request, default);
        write(ref writer);
        StunReader.TryParse(writer.Written, out StunReader message).Should().Be(StunParseStatus.Ok);
        return message;
    }

    private static bool Outside(StunAttributeTypeList types, int index)
    {
        try
        {
            _ = types[index];
            return false;
        }
        catch (ArgumentOutOfRangeException)
        {
            return true;
        }
    }
}
