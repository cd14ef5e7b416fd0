using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Stun;

/// <summary>The messages of RFC 5769, RFC 8489 appendix B and our own set, decoded.</summary>
public sealed class StunReaderVectorTests
{
    public static TheoryData<string> Messages => VectorFile.Theory(MessageVector.Accepted.Select(v => v.Id));

    public static TheoryData<string> AuthenticatedMessages => VectorFile.Theory(MessageVector.Accepted.Where(v => v.Key is not null).Select(v => v.Id));

    [Fact]
    public void Every_vector_of_both_files_is_among_the_messages() =>
        (MessageVector.Accepted.Count(v => v.Id.StartsWith("rfc", StringComparison.Ordinal)), MessageVector.Accepted.Count(v => v.Id.StartsWith("int-", StringComparison.Ordinal)))
            .Should().Be((6, 36));

    [Theory]
    [MemberData(nameof(Messages))]
    [Rfc("STUN-8489-5-a")]
    [Rfc("STUN-8489-5-d")]
    [Rfc("STUN-8489-14-a")]
    public void Header_and_attributes_are_those_of_the_vector(string id)
    {
        MessageVector vector = MessageVector.ById(id);

        StunReader.TryParse(vector.Hex, out StunReader message).Should().Be(StunParseStatus.Ok);

        message.Method.Should().Be(vector.Method);
        message.Class.Should().Be(vector.Class);
        message.TransactionId.Should().Be(vector.TransactionId);
        Listing(message).Should().Equal(vector.Visible().Select(a => (a.Type, Convert.ToHexString(a.Value))));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    [Rfc("STUN-8489-14.2-a")]
    [Rfc("TURN-8656-18.3-a")]
    [Rfc("TURN-8656-18.12-a")]
    [Rfc("TURN-8656-18.13-a")]
    [Rfc("ICE-8445-16.1-a")]
    public void Every_attribute_means_what_the_vector_says(string id)
    {
        MessageVector vector = MessageVector.ById(id);
        StunReader.TryParse(vector.Hex, out StunReader message);

        int index = 0;
        foreach (StunAttribute attribute in message)
        {
            VectorAttribute expected = vector.Attributes[index++];
            if (expected.Meaning is { } meaning)
            {
                attribute.ShouldMean(message.TransactionId, meaning);
            }
        }
    }

    [Theory]
    [MemberData(nameof(AuthenticatedMessages))]
    [Rfc("STUN-8489-14.5-b")]
    [Rfc("STUN-8489-14.5-c")]
    [Rfc("STUN-8489-14.6-b")]
    [Rfc("STUN-8489-14-d")]
    [Rfc("STUN-8489-5-m")]
    [Rfc("STUN-8489-9-d")]
    public void Integrity_verifies_with_the_right_key_and_with_no_other(string id)
    {
        MessageVector vector = MessageVector.ById(id);
        StunReader.TryParse(vector.Hex, out StunReader message);
        using var key = new StunIntegrityKey(vector.Key);
        using var wrong = new StunIntegrityKey([.. vector.Key!, 0x41]);
        int minimum = vector.TruncationAllowed ? 16 : 32;

        bool sha1 = vector.Attributes.Any(a => a.Type == StunAttributeType.MessageIntegrity);
        bool sha256 = vector.Attributes.Any(a => a.Type == StunAttributeType.MessageIntegritySha256);
        (sha1 || sha256).Should().BeTrue();
        (message.HasIntegrity, message.HasIntegritySha256).Should().Be((sha1, sha256));
        message.VerifyIntegrity(key).Should().Be(sha1 ? StunIntegrityStatus.Ok : StunIntegrityStatus.Missing);
        message.VerifyIntegrity(wrong).Should().Be(sha1 ? StunIntegrityStatus.Mismatch : StunIntegrityStatus.Missing);
        message.VerifyIntegritySha256(key, minimum).Should().Be(sha256 ? StunIntegrityStatus.Ok : StunIntegrityStatus.Missing);
        message.VerifyIntegritySha256(wrong, minimum).Should().Be(sha256 ? StunIntegrityStatus.Mismatch : StunIntegrityStatus.Missing);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    [Rfc("STUN-8489-14.7-a")]
    [Rfc("STUN-8489-14.7-c")]
    [Rfc("STUN-8489-14.7-d")]
    public void Fingerprint_is_right_where_the_vector_has_one(string id)
    {
        MessageVector vector = MessageVector.ById(id);
        StunReader.TryParse(vector.Hex, out StunReader message);

        bool present = vector.Attributes.Any(a => a.Type == StunAttributeType.Fingerprint);
        message.HasFingerprint.Should().Be(present);
        message.VerifyFingerprint().Should().Be(present ? StunFingerprintStatus.Ok : StunFingerprintStatus.Missing);
    }

    [Theory]
    [InlineData("int-07", 16, StunIntegrityStatus.Ok)]
    [InlineData("int-07", 20, StunIntegrityStatus.TruncationNotAllowed)]
    [InlineData("int-07", 32, StunIntegrityStatus.TruncationNotAllowed)]
    [InlineData("int-08", 20, StunIntegrityStatus.Ok)]
    [InlineData("int-08", 32, StunIntegrityStatus.TruncationNotAllowed)]
    [Rfc("STUN-8489-14.6-c")]
    [Rfc("STUN-8489-14.6-d")]
    public void A_truncated_mac_passes_only_down_to_the_length_the_usage_accepts(string id, int minimumBytes, StunIntegrityStatus expected)
    {
        MessageVector vector = MessageVector.ById(id);
        StunReader.TryParse(vector.Hex, out StunReader message);
        using var key = new StunIntegrityKey(vector.Key);

        message.VerifyIntegritySha256(key, minimumBytes).Should().Be(expected);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(18)]
    [InlineData(36)]
    [Rfc("STUN-8489-14.6-d")]
    public void A_usage_cannot_accept_a_truncation_that_the_rfc_forbids(int minimumBytes)
    {
        byte[] bytes = MessageVector.ById("int-07").Hex;
        using var key = new StunIntegrityKey([1]);

        FluentActions.Invoking(() =>
        {
            StunReader.TryParse(bytes, out StunReader message);
            return message.VerifyIntegritySha256(key, minimumBytes);
        }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(minimumBytes)).Which.ActualValue.Should().Be(minimumBytes);
    }

    [Fact]
    [Rfc("STUN-8489-9-a")]
    [Rfc("STUN-8489-9-c")]
    public void An_attribute_between_integrity_and_fingerprint_cannot_be_found()
    {
        MessageVector vector = MessageVector.ById("int-11");
        StunReader.TryParse(vector.Hex, out StunReader message);

        vector.Attributes.Should().Contain(a => (ushort)a.Type == 0xC002);
        message.Has((StunAttributeType)0xC002).Should().BeFalse();
    }

    [Fact]
    [Rfc("STUN-8489-5-i")]
    public void The_message_as_printed_in_rfc_8489_appendix_b_is_refused_for_its_length()
    {
        MessageVector vector = MessageVector.ById("rfc8489-b.1-published");

        StunReader.TryParse(vector.Hex, out _).Should().Be(StunParseStatus.LengthExceedsBuffer);
        vector.Expected.Should().StartWith("rejected: length-exceeds-buffer");
    }

    internal static List<(StunAttributeType Type, string Value)> Listing(StunReader message)
    {
        List<(StunAttributeType, string)> result = [];
        foreach (StunAttribute attribute in message)
        {
            result.Add((attribute.Type, Convert.ToHexString(attribute.Value)));
        }

        return result;
    }
}
