using IceSharp.Protocol;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Sdp;

public class DescriptionParseTests
{
    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Whole_offer_is_read_with_any_line_end(string lineEnd)
    {
        IceDescription.TryParse(SdpText.Offer.ReplaceLineEndings(lineEnd), out IceDescription? offer, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();

        diagnostics.Should().BeEmpty();
        offer!.SessionId.Should().Be(42);
        offer.SessionVersion.Should().Be(7);
        offer.IsLite.Should().BeFalse();
        offer.PacingMilliseconds.Should().Be(20);
        offer.Options.Should().Equal("ice2");
        offer.Attributes.Should().Equal("group:BUNDLE a");
        IceStreamDescription stream = offer.Streams.Should().ContainSingle().Subject;
        stream.Mid.Should().Be("a");
        stream.Ufrag.Should().Be(SdpText.Ufrag);
        stream.Password.Should().Be(SdpText.Password);
        stream.EndOfCandidates.Should().BeTrue();
        stream.RtcpMux.Should().BeFalse();
        stream.IsRejected.Should().BeFalse();
        stream.SupportsIce.Should().BeTrue();
        stream.DefaultDestination.Should().Be(TransportAddress.Parse("198.51.100.7:61020"));
        stream.RtcpDestination.Should().Be(TransportAddress.Parse("198.51.100.7:61021"));
        stream.HasDefaultMismatch.Should().BeFalse();
        stream.Media.Kind.Should().Be("audio");
        stream.Media.Protocol.Should().Be("RTP/AVP");
        stream.Media.Formats.Should().Be("0 101");
        stream.Media.Attributes.Should().Equal("rtpmap:101 telephone-event/8000", "sendrecv");
        stream.Candidates.Should().HaveCount(4).And.OnlyContain(c => c.Mid == "a" && c.Ufrag == SdpText.Ufrag);
        stream.Candidates.Select(c => c.Address.Port).Should().Equal((ushort)54321, (ushort)54322, (ushort)61020, (ushort)61021);
    }

    [Fact]
    public void An_empty_bandwidth_line_is_left_out_and_what_is_left_prints()
    {
        string sdp = SdpText.Offer.Replace("b=RS:0", "b=", StringComparison.Ordinal);
        sdp.Should().NotBe(SdpText.Offer);

        IceDescription.Parse(IceDescription.Parse(sdp).ToSdp()).Streams[0].Media.Bandwidths.Should().NotContain(string.Empty);
    }

    [Fact]
    [Rfc("ICE-8839-5.1-h")] // T59
    [Rfc("ICE-8839-5.1-i")]
    public void Bad_line_is_reported_by_number_and_loses_nothing_else()
    {
        string sdp = SdpText.IceSection(
            "a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host",
            "a=candidate:1 1 UDP 2130706431 relay.example.net 54321 typ host",
            "a=candidate:1 1 UDP 0 192.0.2.10 54321 typ host",
            "garbage",
            "a=ice-options:,",
            "a=candidate:2 1 UDP 1694498815 198.51.100.7 61020 typ srflx",
            "c=IN IP5 x",
            "",
            "a=x\u0001y",
            "a=candidate:3 1 UDP 16777215 203.0.113.10 49200 typ relay raddr 192.0.2.33 rport 61000");

        IceDescription.TryParse(sdp, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();

        description!.Streams[0].Candidates.Select(c => c.Foundation).Should().Equal("1", "2", "3");
        diagnostics.Select(d => (d.Line, d.Outcome, d.Reason)).Should().Equal(
            (10, SdpOutcome.Ignored, SdpReason.DomainName),
            (11, SdpOutcome.Error, SdpReason.Priority),
            (12, SdpOutcome.Error, SdpReason.NotAnSdpLine),
            (13, SdpOutcome.Error, SdpReason.OptionTags),
            (14, SdpOutcome.Warning, SdpReason.RelatedAddressMissing),
            (15, SdpOutcome.Error, SdpReason.ConnectionLine),
            (17, SdpOutcome.Error, SdpReason.InvalidCharacter));
    }

    [Fact]
    [Rfc("ICE-8839-5.4-d")]
    [Rfc("ICE-8839-4.4.1.1.1-b")] // T43
    public void Media_level_credentials_win_over_session_level_ones()
    {
        const string Other = "OtherPassword0123456789";
        IceDescription description = IceDescription.Parse(
            $"v=0\na=ice-ufrag:sess\na=ice-pwd:{SdpText.Password}\nc=IN IP4 0.0.0.0\n" +
            $"m=audio 9 RTP/AVP 0\nm=video 9 RTP/AVP 31\na=ice-ufrag:media\na=ice-pwd:{Other}\n");

        description.Streams.Select(s => (s.Ufrag, s.Password)).Should().Equal(("sess", SdpText.Password), ("media", Other));
    }

    [Fact]
    [Rfc("ICE-8839-5.4-e")]
    public void Malformed_media_level_credential_is_not_replaced_by_the_sessions()
    {
        string sdp = $"v=0\na=ice-ufrag:sess\na=ice-pwd:{SdpText.Password}\nc=IN IP4 0.0.0.0\nm=audio 9 RTP/AVP 0\nm=video 9 RTP/AVP 31\na=ice-ufrag:bad!\n";

        IceDescription.TryParse(sdp, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();

        description!.Streams.Select(s => s.SupportsIce).Should().Equal(true, false);
        diagnostics.Select(d => (d.Line, d.Reason)).Should().Equal((7, SdpReason.UsernameFragment), (6, SdpReason.NoCredentials));
    }

    [Fact]
    [Rfc("ICE-8839-5.4-f")]
    public void Streams_with_one_ufrag_and_two_passwords_are_refused()
    {
        string Sdp(string second) => SdpText.IceSection("m=video 9 RTP/AVP 31", "c=IN IP4 0.0.0.0", "a=ice-ufrag:" + SdpText.Ufrag, "a=ice-pwd:" + second);

        IceDescription.TryParse(Sdp(SdpText.Password), out _, out _).Should().BeTrue();
        IceDescription.TryParse(Sdp("OtherPassword0123456789"), out _, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeFalse();
        diagnostics.Should().ContainSingle().Which.Reason.Should().Be(SdpReason.CredentialConflict);
    }

    [Theory]
    [InlineData("", "*no m= section*")]
    [InlineData("hello", "*no m= section*line 1*'hell'*")]
    [InlineData("v=0\r\ns=-\r\nm=audio 9 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n", "*ice-ufrag*line 3*")]
    [InlineData("v=0\nm=audio 9 RTP/AVP 0\nc=IN IP4 0.0.0.0\na=ice-ufrag:kT4x\na=ice-pwd:secret\n", "*ice-pwd*line 5*22 to 256*6 characters*")]
    [InlineData("v=0\nm=audio\n", "*m= line*line 2*")]
    [Rfc("ICE-8839-5.4-e")]
    public void Text_without_anything_usable_is_refused_with_line_and_reason(string sdp, string message)
    {
        FluentActions.Invoking(() => IceDescription.Parse(sdp)).Should().Throw<FormatException>().WithMessage(message)
            .Which.Message.Should().NotContain("secret");
        IceDescription.TryParse(sdp, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeFalse();
        description.Should().BeNull();
        diagnostics.Should().Contain(d => d.Outcome == SdpOutcome.Refused);
    }

    [Fact]
    public void Null_is_the_callers_mistake_in_Parse_and_nothing_in_TryParse()
    {
        FluentActions.Invoking(() => IceDescription.Parse(null!)).Should().Throw<ArgumentNullException>();
        IceDescription.TryParse(null, out _, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeFalse();
        diagnostics.Should().ContainSingle();
    }

    [Fact]
    [Rfc("ICE-8839-5.6-a")]
    public void Option_that_every_stream_carries_is_the_descriptions()
    {
        string Media(string ufrag, string options) => $"m=audio 9 RTP/AVP 0\nc=IN IP4 0.0.0.0\na=ice-ufrag:{ufrag}\na=ice-pwd:{SdpText.Password}\na=ice-options:{options}\n";
        IceDescription description = IceDescription.Parse("v=0\na=ice-options:ice2\n" + Media("aaaa", "trickle one") + Media("bbbb", "two trickle"));

        description.Options.Should().Equal("ice2", "trickle");
        description.Streams[0].Options.Should().Equal("ice2", "trickle", "one");
        description.Streams[1].Options.Should().Equal("ice2", "two", "trickle");
    }

    [Fact]
    [Rfc("ICE-3264-5-a")]
    [Rfc("ICE-3264-6-a")]
    public void Section_with_port_0_or_an_unreadable_line_keeps_its_place_as_rejected()
    {
        IceDescription description = IceDescription.Parse(
            SdpText.Section("m=video 0 RTP/AVP 31", "m=application x", "a=mid:broken").Replace("m=audio", $"a=ice-ufrag:{SdpText.Ufrag}\r\na=ice-pwd:{SdpText.Password}\r\nm=audio", StringComparison.Ordinal));

        description.Streams.Select(s => (s.Mid, s.IsRejected, s.SupportsIce)).Should().Equal(("0", false, true), ("1", true, false), ("broken", true, false));
    }

    [Fact]
    [Rfc("ICE-3264-5-a")]
    public void Answer_that_rejects_every_stream_is_a_description() =>
        IceDescription.Parse("v=0\nm=audio 0 RTP/AVP 0\nc=IN IP4 0.0.0.0\n").Streams.Should().ContainSingle().Which.IsRejected.Should().BeTrue();

    [Fact]
    public void Answer_with_mismatch_needs_no_credentials()
    {
        IceDescription.TryParse(SdpText.Section("a=ice-mismatch"), IceDescriptionKind.Answer, out IceDescription? answer, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();

        answer!.Streams[0].Should().Match<IceStreamDescription>(s => s.IsIceMismatch && !s.SupportsIce);
        diagnostics.Should().BeEmpty();
    }

    [Fact]
    public void Missing_and_repeated_mids_are_made_up_without_collision()
    {
        string sdp = SdpText.IceSection("a=rtcp-mux", "m=audio 0 RTP/AVP 0", "a=mid:0", "m=audio 0 RTP/AVP 0", "a=mid:0");

        IceDescription.TryParse(sdp, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();

        description!.Streams.Select(s => s.Mid).Should().Equal("0_", "0", "2");
        diagnostics.Should().ContainSingle().Which.Should().Match<SdpDiagnostic>(d => d.Reason == SdpReason.RepeatedMid && d.Line == 12);
    }

    [Fact]
    [Rfc("ICE-webrtc-sdp-b")]
    public void Candidate_of_another_generation_is_left_out()
    {
        string sdp = SdpText.IceSection(
            "a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host ufrag kT4x",
            "a=candidate:2 1 UDP 2130706431 192.0.2.11 54321 typ host ufrag gone");

        IceDescription.TryParse(sdp, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();

        description!.Streams[0].Candidates.Select(c => c.Foundation).Should().Equal("1");
        diagnostics.Should().ContainSingle().Which.Should().Match<SdpDiagnostic>(d => d.Reason == SdpReason.OtherGeneration && d.Line == 10);
    }

    [Fact]
    public void First_of_two_credentials_counts()
    {
        string sdp = SdpText.IceSection("a=ice-ufrag:other");

        IceDescription.TryParse(sdp, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();

        description!.Streams[0].Ufrag.Should().Be(SdpText.Ufrag);
        diagnostics.Should().ContainSingle().Which.Reason.Should().Be(SdpReason.Repeated);
    }

    [Theory]
    [InlineData("c=IN IP4 203.0.113.9", "c=IN IP4 203.0.113.1", "203.0.113.9:9")]
    [InlineData("i=none", "c=IN IP4 203.0.113.1/127", "203.0.113.1:9")]
    [InlineData("c=IN IP6 2001:db8::1", "c=IN IP4 203.0.113.1", "[2001:db8::1]:9")]
    [InlineData("c=IN IP4 host.example", "c=IN IP4 203.0.113.1", null)]
    [Rfc("ICE-8866-5.7-a")]
    [Rfc("ICE-3264-8.4-a")]
    public void Media_level_connection_wins_and_names_are_no_address(string mediaLine, string sessionLine, string? expected)
    {
        string sdp = $"v=0\n{sessionLine}\nm=audio 9 RTP/AVP 0\n{mediaLine}\na=ice-ufrag:{SdpText.Ufrag}\na=ice-pwd:{SdpText.Password}\n";

        IceDescription.TryParse(sdp, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();

        diagnostics.Should().BeEmpty();
        description!.Streams[0].DefaultDestination.Should().Be(expected is null ? null : TransportAddress.Parse(expected));
    }

    [Theory]
    [InlineData("a=rtcp:53020", "0.0.0.0:53020")]
    [InlineData("a=rtcp:53020 IN IP6 2001:db8::7", "[2001:db8::7]:53020")]
    [InlineData("a=rtcp:70000", null)]
    [InlineData("a=rtcp:53020 somewhere", null)]
    public void Rtcp_line_has_a_port_and_perhaps_an_address(string line, string? expected) =>
        IceDescription.Parse(SdpText.IceSection(line)).Streams[0].RtcpDestination.Should().Be(expected is null ? null : TransportAddress.Parse(expected));

    [Fact]
    public void More_candidates_than_the_limit_are_cut_and_reported_once()
    {
        string[] lines = Enumerable.Range(1, 1200).Select(i => $"a=candidate:{i} 1 UDP {i} 192.0.2.10 54321 typ host").ToArray();

        IceDescription.TryParse(SdpText.IceSection(lines), out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();

        description!.Streams[0].Candidates.Should().HaveCount(1000);
        diagnostics.Should().ContainSingle().Which.Should().Match<SdpDiagnostic>(d => d.Reason == SdpReason.LimitReached && d.Line == 1009);
    }

    [Fact]
    public void Hostile_sizes_are_bounded_and_reported()
    {
        Diagnose(new string('a', 5_000_000)).Should().ContainSingle().Which.Reason.Should().Be(SdpReason.TooLong);
        Diagnose(SdpText.IceSection("a=x:" + new string('a', 20_000))).Should().ContainSingle().Which.Reason.Should().Be(SdpReason.TooLong);
        Diagnose(SdpText.IceSection(Enumerable.Repeat("?", 5000).ToArray())).Should().HaveCount(1001).And.Contain(d => d.Reason == SdpReason.LimitReached);
        IceDescription.Parse(SdpText.IceSection(Enumerable.Repeat("m=audio 0 RTP/AVP 0", 1500).ToArray())).Streams.Should().HaveCount(1000);
    }

    [Fact]
    public void Secrets_are_in_no_diagnostic_and_no_summary()
    {
        const string Secret = "Hidden-Hidden-Hidden-Hidden";
        string sdp = SdpText.Section("a=ice-ufrag:kT4x", "a=ice-pwd:" + Secret, Secret, $"a=ice-pwd={Secret}", "ice-pwd:" + Secret);

        Diagnose(sdp).Should().NotBeEmpty().And.NotContain(d => d.ToString().Contains("Hidden-Hidden", StringComparison.Ordinal));
        IceDescription description = IceDescription.Parse(SdpText.IceSection());
        description.ToString().Should().NotContain(SdpText.Password);
        description.Streams[0].ToString().Should().NotContain(SdpText.Password);
    }

    [Fact]
    public void Offer_cut_anywhere_keeps_every_whole_line_or_says_why_nothing_is_usable()
    {
        string offer = SdpText.Offer.ReplaceLineEndings("\r\n");
        int credentialsEnd = offer.IndexOf("a=candidate:", StringComparison.Ordinal);
        for (int length = 0; length < offer.Length; length++)
        {
            string half = offer[..length];
            bool isUsable = IceDescription.TryParse(half, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics);

            isUsable.Should().Be(half.Contains($"a=ice-pwd:{SdpText.Password}", StringComparison.Ordinal), half);
            (isUsable || diagnostics.Count > 0).Should().BeTrue("a refusal has a reason: {0}", half);
            if (length >= credentialsEnd)
            {
                int whole = half.Split("\r\n")[..^1].Count(line => line.StartsWith("a=candidate:", StringComparison.Ordinal));
                description!.Streams[0].Candidates.Should().HaveCountGreaterThanOrEqualTo(whole, half);
                description.Streams[0].Password.Should().Be(SdpText.Password);
            }
        }
    }

    [Fact]
    public void Missing_version_line_is_a_warning() =>
        Diagnose(SdpText.IceSection()["v=0\r\n".Length..]).Should().ContainSingle()
            .Which.Should().Match<SdpDiagnostic>(d => d.Outcome == SdpOutcome.Warning && d.Reason == SdpReason.Version && d.Line == 1);

    private static IReadOnlyList<SdpDiagnostic> Diagnose(string sdp)
    {
        _ = IceDescription.TryParse(sdp, out _, out IReadOnlyList<SdpDiagnostic> diagnostics);
        return diagnostics;
    }
}
