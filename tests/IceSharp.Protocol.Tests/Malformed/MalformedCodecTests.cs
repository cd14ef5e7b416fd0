using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Malformed;

/// <summary>Rows that need no context: header and attribute structure, and the first byte.</summary>
public sealed class MalformedCodecTests
{
    private static readonly Dictionary<string, StunParseStatus> Reasons = new()
    {
        ["too-short"] = StunParseStatus.TooShort,
        ["leading-bits"] = StunParseStatus.LeadingBits,
        ["bad-cookie"] = StunParseStatus.BadCookie,
        ["length-not-multiple-of-4"] = StunParseStatus.LengthNotMultipleOf4,
        ["length-exceeds-buffer"] = StunParseStatus.LengthExceedsBuffer,
        ["trailing-bytes"] = StunParseStatus.TrailingBytes,
        ["attribute-value-overrun"] = StunParseStatus.AttributeOverrun,
    };

    private static readonly Dictionary<string, FirstByteRange> OtherProtocols = new()
    {
        ["mf-149"] = FirstByteRange.Dtls,
        ["mf-150"] = FirstByteRange.Rtp,
        ["mf-151"] = FirstByteRange.Zrtp,
        ["mf-152"] = FirstByteRange.Unassigned,
        ["mf-153"] = FirstByteRange.Unassigned,
    };

    public static TheoryData<string> Codec => MalformedVector.OfLayer("codec");

    public static TheoryData<string> Demux => MalformedVector.OfLayer("demux");

    public static TheoryData<string> StructurallySound => VectorFile.Theory(
        MalformedVector.All.Where(v => v.Layer is "attribute" or "integrity" or "semantic").Select(v => v.Id));

    [Theory]
    [MemberData(nameof(Codec))]
    [Rfc("STUN-8489-5-b")]
    [Rfc("STUN-8489-5-e")]
    [Rfc("STUN-8489-5-j")]
    [Rfc("STUN-8489-5-k")]
    [Rfc("STUN-8489-5-l")]
    [Rfc("STUN-8489-14-e")]
    public void The_parser_gives_exactly_the_listed_reason(string id)
    {
        MalformedVector row = MalformedVector.ById(id);

        StunReader.TryParse(row.Bytes, out StunReader message).Should().Be(Reasons[row.Reason]);

        row.IsRejected.Should().BeTrue();
        message.Bytes.IsEmpty.Should().BeTrue("a reader exists only for a well-formed message");
    }

    [Fact]
    public void Every_parse_status_has_a_row() =>
        MalformedVector.All.Where(v => v.Layer == "codec").Select(v => Reasons[v.Reason])
            .Should().Contain(Enum.GetValues<StunParseStatus>().Except([StunParseStatus.Ok]));

    [Theory]
    [MemberData(nameof(StructurallySound))]
    public void Rows_of_higher_layers_parse(string id) =>
        StunReader.TryParse(MalformedVector.ById(id).Bytes, out _).Should().Be(StunParseStatus.Ok);

    [Theory]
    [MemberData(nameof(Demux))]
    [Rfc("DEMUX-7983-7-a")]
    public void Other_protocols_are_told_apart_by_their_first_byte(string id)
    {
        MalformedVector row = MalformedVector.ById(id);

        row.Reason.Should().Be("other-protocol");
        StunReader.LooksLikeStun(row.Bytes).Should().BeFalse();
        FirstByte.Classify(row.Bytes[0]).Should().Be(OtherProtocols[id]);
    }
}
