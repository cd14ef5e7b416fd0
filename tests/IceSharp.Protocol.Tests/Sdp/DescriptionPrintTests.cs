using System.Globalization;
using IceSharp.Protocol;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Sdp;

public class DescriptionPrintTests
{
    private const string HostLine = "candidate:1 1 UDP 2130706431 10.0.1.5 50000 typ host";
    private const string ReflexiveLine = "candidate:2 1 UDP 1694498815 192.0.2.33 61000 typ srflx raddr 10.0.1.5 rport 50000";
    private const string RelayedLine = "candidate:3 1 UDP 16777215 203.0.113.10 49200 typ relay raddr 192.0.2.33 rport 61000";

    [Fact]
    [Rfc("ICE-8839-4.2.1.2-a")]
    [Rfc("ICE-8839-4.2.1.5-a")]
    [Rfc("ICE-8839-4.2.2-a")]
    [Rfc("ICE-8839-4.3.1-a")]
    public void Description_prints_as_a_complete_session()
    {
        var description = new IceDescription
        {
            SessionId = 4711,
            SessionVersion = 2,
            PacingMilliseconds = 50,
            Options = ["trickle"],
            Attributes = ["group:BUNDLE a"],
            Streams =
            [
                Stream(HostLine, ReflexiveLine, "candidate:2 2 UDP 1694498814 192.0.2.33 61001 typ srflx raddr 10.0.1.5 rport 50001") with
                {
                    EndOfCandidates = true,
                    RtcpMux = true,
                    RemoteCandidates = [new(1, TransportAddress.Parse("198.51.100.44:62000"))],
                    Media = new SdpMedia("audio", "RTP/AVP", "0 101") { Attributes = ["rtpmap:101 telephone-event/8000", "sendrecv"] },
                },
            ],
        };

        description.ToSdp().Should().Be(string.Join("\r\n",
            "v=0",
            "o=- 4711 2 IN IP4 0.0.0.0",
            "s=-",
            "t=0 0",
            "a=group:BUNDLE a",
            "a=ice-options:ice2 trickle",
            "a=ice-pacing:50",
            "m=audio 61000 RTP/AVP 0 101",
            "c=IN IP4 192.0.2.33",
            "a=rtcp:61001 IN IP4 192.0.2.33",
            "a=mid:a",
            "a=ice-ufrag:kT4x",
            "a=ice-pwd:Zq3rT8yPw0nXk2LmB7vDcE",
            "a=" + HostLine,
            "a=" + ReflexiveLine,
            "a=candidate:2 2 UDP 1694498814 192.0.2.33 61001 typ srflx raddr 10.0.1.5 rport 50001",
            "a=end-of-candidates",
            "a=remote-candidates:1 198.51.100.44 62000",
            "a=rtcp-mux",
            "a=rtpmap:101 telephone-event/8000",
            "a=sendrecv",
            ""));
    }

    [Theory]
    [InlineData("203.0.113.10", 49200, HostLine, ReflexiveLine, RelayedLine)]
    [InlineData("192.0.2.33", 61000, ReflexiveLine, HostLine)]
    [InlineData("10.0.1.5", 50000, HostLine)]
    [InlineData("10.0.1.5", 50000, "candidate:9 1 UDP 5 10.0.1.6 50000 typ host", HostLine)]
    [InlineData("10.0.1.5", 50000, "candidate:p 1 UDP 1862270975 198.51.100.7 61999 typ prflx raddr 10.0.0.12 rport 54321", HostLine)]
    [InlineData("0.0.0.0", 9)]
    [InlineData("0.0.0.0", 9, "candidate:t2 1 TCP 2124414975 192.0.2.10 50010 typ host tcptype passive")]
    [Rfc("ICE-5245-4.1.4-a")]
    [Rfc("ICE-8839-4.2.1.2-b")]
    [Rfc("ICE-8839-4.3.1-d")]
    [Rfc("ICE-8839-4.3.2-b")]
    [Rfc("ICE-8840-4.1.1-a")]
    public void Default_candidate_is_relayed_else_reflexive_else_host_else_none(string address, int port, params string[] candidates)
    {
        string sdp = Describe(Stream(candidates)).ToSdp();

        sdp.Should().Contain($"m=audio {port} RTP/AVP 0\r\nc=IN IP4 {address}\r\n").And.NotContain("a=rtcp");
    }

    [Fact]
    public void Ipv6_default_prints_as_IP6() =>
        Describe(Stream("candidate:7 1 UDP 2130706175 2001:db8:0:5::a1 40000 typ host")).ToSdp()
            .Should().Contain("m=audio 40000 RTP/AVP 0\r\nc=IN IP6 2001:db8:0:5::a1\r\n");

    [Fact]
    [Rfc("ICE-8839-4.2.1.2-b")]
    public void Given_default_destination_wins_over_the_choice() =>
        Describe(Stream(HostLine, RelayedLine) with { DefaultDestination = TransportAddress.Parse("10.0.1.5:50000"), RtcpDestination = TransportAddress.Parse("10.0.1.5:50007") })
            .ToSdp().Should().Contain("m=audio 50000 RTP/AVP 0\r\nc=IN IP4 10.0.1.5\r\na=rtcp:50007 IN IP4 10.0.1.5\r\n");

    [Fact]
    [Rfc("ICE-8839-4.2.1.4-a")]
    [Rfc("ICE-8839-4.3.1-c")]
    public void Lite_says_so_and_does_not_pace()
    {
        IceDescription description = Describe(Stream(HostLine)) with { PacingMilliseconds = 20 };
        description.ToSdp().Should().Contain("a=ice-pacing:20\r\n").And.NotContain("ice-lite");
        (description with { IsLite = true }).ToSdp().Should().Contain("a=ice-lite\r\n").And.NotContain("ice-pacing");
    }

    [Fact]
    [Rfc("ICE-8839-4.2.1.6-b")]
    [Rfc("ICE-8839-4.4.1.1.2-a")]
    public void Rejected_stream_keeps_its_place_and_shows_no_ice()
    {
        string sdp = Describe(Stream(HostLine) with { IsRejected = true, EndOfCandidates = true }).ToSdp();

        sdp.Should().EndWith("m=audio 0 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\na=mid:a\r\n");
    }

    [Fact]
    [Rfc("ICE-8839-4.2.5-c")]
    public void Stream_with_mismatch_omits_its_candidates() =>
        Describe(Stream(HostLine) with { IsIceMismatch = true }).ToSdp().Should().Contain("a=ice-mismatch\r\n").And.NotContain("a=candidate");

    [Fact]
    [Rfc("ICE-8839-4.2.1.5-a")]
    public void Ice2_stands_once_and_a_streams_own_option_in_its_section()
    {
        string sdp = (Describe(Stream(HostLine) with { Options = ["ice2", "trickle", "own"] }) with { Options = ["trickle", "ice2"] }).ToSdp();

        sdp.Should().Contain("t=0 0\r\na=ice-options:ice2 trickle\r\n").And.Contain($"a=ice-pwd:{SdpText.Password}\r\na=ice-options:own\r\n");
    }

    [Fact]
    [Rfc("ICE-8839-4.2.1.1-a")]
    [Rfc("ICE-8839-5.1-n")]
    public void Description_reads_back_as_it_was_printed()
    {
        IceDescription offer = IceDescription.Parse(SdpText.Offer + $"m=video 0 RTP/AVP 31\nc=IN IP4 0.0.0.0\na=mid:v\nm=audio 9 RTP/AVP 8\na=mid:b\nc=IN IP6 ::\na=ice-ufrag:bbbb\na=ice-pwd:{SdpText.Password}\na=candidate:1 1 TCP 5 2001:db8::1 9 typ host tcptype active generation 0\n");

        IceDescription again = IceDescription.Parse(offer.ToSdp());

        again.Should().BeEquivalentTo(offer, o => o.WithStrictOrdering());
        again.ToSdp().Should().Be(offer.ToSdp());
    }

    public static TheoryData<string, IceDescription> Unprintable() => new()
    {
        { "IceStreamDescription.Ufrag kT4 ", Describe(Stream() with { Ufrag = "kT4" }) },
        { "IceStreamDescription.Ufrag  ", Describe(Stream() with { Ufrag = "" }) },
        { "IceStreamDescription.Password ", Describe(Stream() with { Password = "tooShort" }) },
        { "IceStreamDescription.Mid ", Describe(Stream() with { Mid = "two words" }) },
        { "IceStreamDescription.Mid ", Describe(Stream(), Stream()) },
        { "IceStreamDescription.Ufrag ", Describe(Stream(), Stream() with { Mid = "b", Password = "OtherPassword0123456789" }) },
        { "IceCandidate.Priority ", Describe(Stream() with { Candidates = [IceCandidate.Parse(HostLine) with { Priority = 0 }] }) },
        { "SdpMedia.Kind ", Describe(Stream() with { Media = new SdpMedia("", "RTP/AVP", "0") }) },
        { "SdpMedia.Protocol ", Describe(Stream() with { Media = new SdpMedia("audio", "RTP AVP", "0") }) },
        { "SdpMedia.Formats ", Describe(Stream() with { Media = new SdpMedia("audio", "RTP/AVP", "0\r\na=x") }) },
        { "SdpMedia.Attributes ", Describe(Stream() with { Media = SdpMedia.Audio with { Attributes = ["x\ry"] } }) },
        { "SdpMedia.Attributes ", Describe(Stream() with { Media = SdpMedia.Audio with { Attributes = ["Ice-Ufrag:abcd"] } }) },
        { "IceDescription.Attributes ", Describe(Stream()) with { Attributes = [""] } },
        { "IceDescription.PacingMilliseconds ", Describe(Stream()) with { PacingMilliseconds = -1 } },
        { "Options ", Describe(Stream()) with { Options = ["a b"] } },
    };

    [Theory]
    [MemberData(nameof(Unprintable))]
    public void Description_that_could_not_be_read_back_is_refused_by_member_name(string member, IceDescription description) =>
        FluentActions.Invoking(description.ToSdp).Should().Throw<InvalidOperationException>().WithMessage(member + "*")
            .Which.Message.Should().NotContain("tooShort");

    [Theory]
    [InlineData("ar-SA")]
    [InlineData("fa-IR")]
    [InlineData("tr-TR")]
    public void Culture_changes_nothing(string culture)
    {
        string expected = IceDescription.Parse(SdpText.Offer).ToSdp();
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            IceDescription.Parse(SdpText.Offer.Replace("a=ice", "a=ICE", StringComparison.Ordinal)).ToSdp().Should().Be(expected);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static IceDescription Describe(params IceStreamDescription[] streams) => new() { Streams = streams };

    private static IceStreamDescription Stream(params string[] candidates) => new()
    {
        Mid = "a",
        Ufrag = SdpText.Ufrag,
        Password = SdpText.Password,
        Candidates = candidates.Select(IceCandidate.Parse).ToArray(),
    };
}
