using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Malformed;

/// <summary>Rows about MESSAGE-INTEGRITY, MESSAGE-INTEGRITY-SHA256 and FINGERPRINT.</summary>
public sealed class MalformedIntegrityTests
{
    private const string Password = "VOkJxbRl1RmTxUk/WvJxBt";

    private static readonly Dictionary<string, StunFingerprintStatus> FingerprintReasons = new()
    {
        ["fingerprint-missing"] = StunFingerprintStatus.Missing,
        ["fingerprint-length"] = StunFingerprintStatus.BadLength,
        ["fingerprint-not-last"] = StunFingerprintStatus.NotLast,
        ["fingerprint-mismatch"] = StunFingerprintStatus.Mismatch,
    };

    private static readonly Dictionary<string, (StunIntegrityAlgorithm? Algorithm, StunIntegrityStatus Status)> IntegrityReasons = new()
    {
        ["mi-length"] = (StunIntegrityAlgorithm.HmacSha1, StunIntegrityStatus.BadLength),
        ["mi256-length"] = (StunIntegrityAlgorithm.HmacSha256, StunIntegrityStatus.BadLength),
        ["mi256-truncated-not-allowed"] = (StunIntegrityAlgorithm.HmacSha256, StunIntegrityStatus.TruncationNotAllowed),
        ["mi-mismatch"] = (null, StunIntegrityStatus.Mismatch),
        ["valid"] = (null, StunIntegrityStatus.Ok),
        ["padding-ignored"] = (null, StunIntegrityStatus.Ok),
        ["duplicate-ignored"] = (null, StunIntegrityStatus.Ok),
    };

    public static TheoryData<string> Fingerprints => Rows(fingerprint: true);

    public static TheoryData<string> Integrities => Rows(fingerprint: false);

    [Theory]
    [MemberData(nameof(Fingerprints))]
    [Rfc("STUN-8489-14.7-b")]
    [Rfc("STUN-8489-14.7-c")]
    [Rfc("STUN-8489-14.7-d")]
    public void The_fingerprint_check_gives_exactly_the_listed_reason(string id)
    {
        MalformedVector row = MalformedVector.ById(id);
        StunReader.TryParse(row.Bytes, out StunReader message).Should().Be(StunParseStatus.Ok);

        message.VerifyFingerprint().Should().Be(FingerprintReasons[row.Reason]);

        row.IsRejected.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Integrities))]
    [Rfc("STUN-8489-14.5-a")]
    [Rfc("STUN-8489-14.5-c")]
    [Rfc("STUN-8489-14.6-a")]
    [Rfc("STUN-8489-14.6-c")]
    [Rfc("STUN-8489-9.1.3-c")]
    [Rfc("STUN-8489-9-e")]
    [Rfc("STUN-8489-14-d")]
    public void The_integrity_check_gives_exactly_the_listed_reason(string id)
    {
        MalformedVector row = MalformedVector.ById(id);
        StunReader.TryParse(row.Bytes, out StunReader message).Should().Be(StunParseStatus.Ok);
        using StunIntegrityKey key = StunIntegrityKey.ShortTerm(Password);

        // A receiver decides by SHA-256 alone where it is present; a fall back to SHA-1 would let an attacker choose.
        StunIntegrityAlgorithm algorithm = message.HasIntegritySha256 ? StunIntegrityAlgorithm.HmacSha256 : StunIntegrityAlgorithm.HmacSha1;
        StunIntegrityStatus status = message.HasIntegritySha256 ? message.VerifyIntegritySha256(key) : message.VerifyIntegrity(key);

        (StunIntegrityAlgorithm? expectedAlgorithm, StunIntegrityStatus expectedStatus) = IntegrityReasons[row.Reason];
        status.Should().Be(expectedStatus);
        algorithm.Should().Be(expectedAlgorithm ?? algorithm);
        row.IsRejected.Should().Be(status != StunIntegrityStatus.Ok);
    }

    [Fact]
    [Rfc("STUN-8489-14.6-c")]
    public void The_truncated_row_passes_where_truncation_to_16_is_enabled()
    {
        StunReader.TryParse(MalformedVector.ById("mf-078").Bytes, out StunReader message);
        using StunIntegrityKey key = StunIntegrityKey.ShortTerm(Password);

        message.VerifyIntegritySha256(key, minimumBytes: 16).Should().Be(StunIntegrityStatus.Ok);
    }

    [Fact]
    [Rfc("STUN-8489-14-d")]
    public void Padding_of_any_content_stays_outside_the_value()
    {
        byte[] bytes = MalformedVector.ById("mf-022").Bytes;
        StunReader.TryParse(bytes, out StunReader message);

        message.GetText(StunAttributeType.Username, out ReadOnlySpan<byte> username).Should().Be(StunAttributeStatus.Ok);

        username.SequenceEqual("abcd:efgh"u8).Should().BeTrue();
        bytes[33..36].Should().OnlyContain(b => b == 0xAA);
    }

    [Fact]
    public void Every_fingerprint_and_integrity_status_has_a_row()
    {
        string[] reasons = [.. MalformedVector.All.Where(v => v.Layer == "integrity").Select(v => v.Reason)];

        reasons.Where(FingerprintReasons.ContainsKey).Select(r => FingerprintReasons[r])
            .Should().Contain(Enum.GetValues<StunFingerprintStatus>().Except([StunFingerprintStatus.Ok]));
        reasons.Where(IntegrityReasons.ContainsKey).Select(r => IntegrityReasons[r].Status)
            .Should().Contain(Enum.GetValues<StunIntegrityStatus>().Except([StunIntegrityStatus.Missing]));
    }

    private static TheoryData<string> Rows(bool fingerprint) => VectorFile.Theory(
        MalformedVector.All.Where(v => v.Layer == "integrity" && v.Reason.StartsWith("fingerprint", StringComparison.Ordinal) == fingerprint).Select(v => v.Id));
}
