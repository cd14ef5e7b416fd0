using System.Text;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Malformed;

/// <summary>Rows about the typed value of one attribute. What a server or client does about it is proven with the machines.</summary>
public sealed class MalformedAttributeTests
{
    private static readonly Dictionary<string, StunAttributeStatus> Reasons = new()
    {
        ["attribute-bad-length"] = StunAttributeStatus.BadLength,
        ["bad-family"] = StunAttributeStatus.BadFamily,
        ["family-length-mismatch"] = StunAttributeStatus.FamilyLengthMismatch,
        ["too-long"] = StunAttributeStatus.TooLong,
        ["bad-utf8"] = StunAttributeStatus.BadUtf8,
        ["error-code-range"] = StunAttributeStatus.OutOfRange,

        // The value itself reads; the reason is about something else.
        ["reserved-ignored"] = StunAttributeStatus.Ok,
        ["unknown-username"] = StunAttributeStatus.Ok,
        ["valid"] = StunAttributeStatus.Ok,
    };

    // Which attribute a row is about where it is not the first of the message: the last one of this type.
    private static readonly Dictionary<string, StunAttributeType> Subjects = new()
    {
        ["mf-050"] = StunAttributeType.Software,
        ["mf-051"] = StunAttributeType.Realm,
        ["mf-052"] = StunAttributeType.Nonce,
        ["mf-063"] = StunAttributeType.UnknownAttributes,
        ["mf-064"] = StunAttributeType.PasswordAlgorithms,
        ["mf-071"] = StunAttributeType.UserHash,
        ["mf-110"] = StunAttributeType.ReservationToken,
        ["mf-115"] = StunAttributeType.EvenPort,
        ["mf-125"] = StunAttributeType.XorPeerAddress,
        ["mf-134"] = StunAttributeType.DontFragment,
    };

    public static TheoryData<string> Rows => MalformedVector.OfLayer("attribute");

    [Theory]
    [MemberData(nameof(Rows))]
    [Rfc("STUN-8489-14.1-c")]
    [Rfc("STUN-8489-14.3-b")]
    [Rfc("STUN-8489-14.3-c")]
    [Rfc("STUN-8489-14.4-a")]
    [Rfc("STUN-8489-14.8-a")]
    [Rfc("STUN-8489-14.8-c")]
    [Rfc("STUN-8489-14.13-a")]
    [Rfc("TURN-8656-18.9-a")]
    [Rfc("TURN-8656-18.10-a")]
    [Rfc("TCP-6062-6.2.1-a")]
    public void Reading_the_attribute_gives_exactly_the_listed_reason(string id)
    {
        MalformedVector row = MalformedVector.ById(id);
        StunReader.TryParse(row.Bytes, out StunReader message).Should().Be(StunParseStatus.Ok);

        // A bad reason phrase costs the phrase only: the code stands.
        StunAttributeStatus expected = id == "mf-062" ? StunAttributeStatus.Ok : Reasons[row.Reason];

        Read(message, id).Should().Be(expected);
    }

    [Fact]
    [Rfc("STUN-8489-14.1-b")]
    public void The_reserved_byte_of_an_address_is_ignored() => MappedAddress("mf-042").Should().Be("203.0.113.1:5000");

    [Fact]
    [Rfc("STUN-8489-14.14-a")]
    public void Broken_software_text_leaves_the_rest_usable() => MappedAddress("mf-050").Should().Be("203.0.113.1:5000");

    [Theory]
    [InlineData("mf-060", 400, "Bad")]
    [InlineData("mf-061", 500, "")]
    [InlineData("mf-062", 400, "")]
    [InlineData("mf-063", 420, "x")]
    [Rfc("STUN-8489-14.8-b")]
    [Rfc("STUN-8489-14.8-c")]
    public void The_error_code_stands_whatever_its_reserved_bits_and_phrase_are(string id, int code, string phrase)
    {
        MalformedVector row = MalformedVector.ById(id);
        StunReader.TryParse(row.Bytes, out StunReader message);

        message.GetErrorCode(out int read, out ReadOnlySpan<byte> reason).Should().Be(StunAttributeStatus.Ok);

        (read, Encoding.UTF8.GetString(reason)).Should().Be((code, phrase));
        row.Action.Should().Contain($"code {code}");
    }

    [Fact]
    [Rfc("TURN-8656-18.7-a")]
    public void The_reserved_bits_of_even_port_reserve_nothing()
    {
        StunReader.TryParse(MalformedVector.ById("mf-115").Bytes, out StunReader message);
        message.TryFind(StunAttributeType.EvenPort, out StunAttribute attribute).Should().BeTrue();

        attribute.ReadEvenPort(out bool reserveNext).Should().Be(StunAttributeStatus.Ok);

        reserveNext.Should().BeFalse();
    }

    [Fact]
    [Rfc("TURN-8656-18.1-a")]
    public void The_reserved_half_of_channel_number_is_ignored()
    {
        StunReader.TryParse(MalformedVector.ById("mf-122").Bytes, out StunReader message);

        message.GetUInt16(StunAttributeType.ChannelNumber, out ushort channel).Should().Be(StunAttributeStatus.Ok);

        channel.Should().Be(0x4000);
    }

    private static string MappedAddress(string id)
    {
        StunReader.TryParse(MalformedVector.ById(id).Bytes, out StunReader message);
        message.GetXorAddress(StunAttributeType.XorMappedAddress, out TransportAddress mapped).Should().Be(StunAttributeStatus.Ok);
        return mapped.ToString();
    }

    private static StunAttributeStatus Read(StunReader message, string id)
    {
        StunAttribute subject = default;
        foreach (StunAttribute attribute in message)
        {
            bool named = Subjects.TryGetValue(id, out StunAttributeType type);
            if (named ? attribute.Type == type : subject.Type == StunAttributeType.None)
            {
                subject = attribute;
            }
        }

        return subject.Type switch
        {
            StunAttributeType.XorMappedAddress or StunAttributeType.XorPeerAddress => subject.ReadXorAddress(message.TransactionId, out _),
            StunAttributeType.Username or StunAttributeType.Realm or StunAttributeType.Nonce or StunAttributeType.Software => subject.ReadText(out _),
            StunAttributeType.ErrorCode => subject.ReadErrorCode(out _, out _),
            StunAttributeType.UnknownAttributes => subject.ReadUnknownAttributes(out _),
            StunAttributeType.PasswordAlgorithms => subject.ReadPasswordAlgorithms(out _),
            StunAttributeType.UserHash => subject.ReadBytes(32, out _),
            StunAttributeType.RequestedTransport => subject.ReadByte(out _),
            StunAttributeType.ReservationToken => subject.ReadBytes(8, out _),
            StunAttributeType.EvenPort => subject.ReadEvenPort(out _),
            StunAttributeType.Lifetime or StunAttributeType.ConnectionId => subject.ReadUInt32(out _),
            StunAttributeType.ChannelNumber => subject.ReadUInt16(out _),
            StunAttributeType.DontFragment => subject.ReadFlag(),
            StunAttributeType other => throw new InvalidDataException($"{id} is about {other}, which this test does not know."),
        };
    }
}
