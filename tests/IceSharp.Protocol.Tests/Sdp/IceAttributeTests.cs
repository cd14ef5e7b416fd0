using IceSharp.Protocol;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Sdp;

/// <summary>The rows O1 to O19 of the catalogue's annex C: ICE's other attributes.</summary>
public class IceAttributeTests
{
    [Theory]
    [InlineData("O1", "a=ice-ufrag:kT4x", SdpText.Password, null)]
    [InlineData("O2", "a=ice-ufrag:kT4", SdpText.Password, SdpReason.UsernameFragment)]
    [InlineData("O3", "a=ice-ufrag:kT-4x", SdpText.Password, SdpReason.UsernameFragment)]
    [InlineData("O4", "a=ice-ufrag:kT4x", "Zq3rT8yPw0nXk2LmB7vDcE", null)]
    [InlineData("O5", "a=ice-ufrag:kT4x", "Zq3rT8yPw0nXk2LmB7vDc", SdpReason.Password)]
    [Rfc("ICE-8839-5.4-a")]
    public void Credentials_have_their_lengths_and_characters(string row, string ufragLine, string password, SdpReason? reason)
    {
        string sdp = SdpText.Section(ufragLine, "a=ice-pwd:" + password);

        IceDescription.TryParse(sdp, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().Be(reason is null, row);

        if (reason is null)
        {
            diagnostics.Should().BeEmpty(row);
            description!.Streams[0].Should().Match<IceStreamDescription>(s => s.Ufrag == "kT4x" && s.Password == password, row);
        }
        else
        {
            diagnostics.Should().ContainSingle(d => d.Reason == reason && d.Outcome == SdpOutcome.Error, row)
                .Which.Line.Should().Be(reason == SdpReason.Password ? 8 : 7, row);
            diagnostics.Should().ContainSingle(d => d.Outcome == SdpOutcome.Refused && d.Reason == SdpReason.NoCredentials, row);
        }
    }

    [Fact]
    [Rfc("ICE-8839-5.4-a")]
    [Rfc("ICE-8839-5.4-c")]
    public void Credentials_of_256_characters_are_taken_and_of_257_are_not()
    {
        string longest = new('x', 256);
        Parse(SdpText.Section("a=ice-ufrag:" + longest, "a=ice-pwd:" + longest)).Streams[0].Ufrag.Should().Be(longest);
        Diagnose(SdpText.Section($"a=ice-ufrag:{longest}x", "a=ice-pwd:" + longest)).Should().Contain(d => d.Reason == SdpReason.UsernameFragment);
        Diagnose(SdpText.Section("a=ice-ufrag:" + longest, $"a=ice-pwd:{longest}x")).Should().Contain(d => d.Reason == SdpReason.Password);
    }

    [Theory]
    [InlineData("O6", "a=ice-options:ice2 trickle", true, "ice2", "trickle")]
    [InlineData("O7", "a=ice-options:", false)]
    [InlineData("O8", "a=ice-options:ice2,trickle", false)]
    [InlineData("two spaces", "a=ice-options:ice2  trickle", false, "ice2", "trickle")]
    [InlineData("hyphen", "a=ice-options:google-ice renomination", false, "renomination")]
    [InlineData("unknown, repeated", "a=ICE-OPTIONS:new ice2 new", true, "new", "ice2")]
    [InlineData("case kept", "a=Ice-Options:Ice2", true, "Ice2")]
    [Rfc("ICE-8839-5.6-a")]
    [Rfc("ICE-webrtc-sdp-e")]
    public void Option_tags_are_separated_by_one_space(string row, string line, bool isValid, params string[] tags)
    {
        IceDescription.TryParse(SdpText.Session(line), out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue(row);

        description!.Options.Should().Equal(tags, row);
        diagnostics.Select(d => (d.Reason, d.Line)).Should().Equal(isValid ? [] : [(SdpReason.OptionTags, 5)], row);
    }

    [Theory]
    [InlineData("O9", "a=ice-pacing:50", 50)]
    [InlineData("O10", "a=ice-pacing:-1", null)]
    [InlineData("O11", "a=ice-pacing:00000000050", null)]
    [InlineData("O12", "a=ice-pacing:1", 1)]
    [InlineData("ten digits", "a=ice-pacing:9999999999", int.MaxValue)]
    [InlineData("no digits", "a=ice-pacing:", null)]
    [InlineData("space", "a=ice-pacing: 50", null)]
    [Rfc("ICE-8839-5.5-a")]
    public void Pacing_is_one_to_ten_digits(string row, string line, int? expected)
    {
        IceDescription.TryParse(SdpText.Session(line), out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue(row);

        description!.PacingMilliseconds.Should().Be(expected, row);
        diagnostics.Select(d => d.Reason).Should().Equal(expected is null ? [SdpReason.Pacing] : [], row);
    }

    [Theory]
    [InlineData("O13", "a=remote-candidates:1 192.0.2.33 61000 2 192.0.2.33 61001", 2)]
    [InlineData("O14", "a=remote-candidates:1 192.0.2.33", 0)]
    [InlineData("component", "a=remote-candidates:0 192.0.2.33 61000", 0)]
    [InlineData("empty", "a=remote-candidates:", 0)]
    [InlineData("trailing", "a=remote-candidates:1 192.0.2.33 61000 ", 0)]
    [Rfc("ICE-8839-5.2-a")]
    public void Remote_candidates_are_triples(string row, string line, int count)
    {
        IceDescription.TryParse(SdpText.IceSection(line), IceDescriptionKind.Offer, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue(row);

        description!.Streams[0].RemoteCandidates.Should().Equal(new IceRemoteCandidate[]
        {
            new(1, TransportAddress.Parse("192.0.2.33:61000")),
            new(2, TransportAddress.Parse("192.0.2.33:61001")),
        }.Take(count), row);
        diagnostics.Select(d => (d.Reason, d.Line)).Should().Equal(count == 0 ? [(SdpReason.RemoteCandidates, 9)] : [], row);
    }

    [Fact]
    [Rfc("ICE-8839-5.2-a")]
    public void Remote_candidates_may_stand_on_several_lines() =>
        Parse(SdpText.IceSection("a=remote-candidates:2 192.0.2.33 61001", "a=remote-candidates:1 192.0.2.33 61000"))
            .Streams[0].RemoteCandidates.Select(c => c.Component).Should().Equal(2, 1);

    [Theory]
    [InlineData("O15", "a=end-of-candidates", true)]
    [InlineData("O16", "a=end-of-candidates:1", false)]
    [Rfc("ICE-8840-8.1-a")]
    public void End_of_candidates_is_a_flag(string row, string line, bool isValid)
    {
        IceDescription.TryParse(SdpText.IceSection(line), out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue(row);

        description!.Streams[0].EndOfCandidates.Should().Be(isValid, row);
        diagnostics.Select(d => (d.Outcome, d.Reason)).Should().Equal(isValid ? [] : [(SdpOutcome.Error, SdpReason.FlagValue)], row);
    }

    [Fact]
    [Rfc("ICE-8840-8.1-a")]
    public void End_of_candidates_at_session_level_covers_every_stream() =>
        Parse(SdpText.Session("a=end-of-candidates")).Streams[0].EndOfCandidates.Should().BeTrue();

    [Fact]
    [Rfc("ICE-8839-5.3-a")]
    public void O17_ice_lite_counts_at_session_level()
    {
        Parse(SdpText.Session("a=ice-lite")).IsLite.Should().BeTrue();
        Parse(SdpText.Session()).IsLite.Should().BeFalse();
        Diagnose(SdpText.Session("a=ice-lite:1")).Should().ContainSingle().Which.Reason.Should().Be(SdpReason.FlagValue);
    }

    [Fact]
    [Rfc("ICE-8839-5.3-a")]
    public void O18_ice_lite_in_a_section_is_ignored()
    {
        Parse(SdpText.IceSection("a=ice-lite")).IsLite.Should().BeFalse();
        Diagnose(SdpText.IceSection("a=ice-lite")).Should().ContainSingle()
            .Which.Should().Match<SdpDiagnostic>(d => d.Outcome == SdpOutcome.Ignored && d.Reason == SdpReason.WrongLevel && d.Line == 9);
    }

    [Theory]
    [InlineData(IceDescriptionKind.Offer, false)]
    [InlineData(IceDescriptionKind.Answer, true)]
    [InlineData(IceDescriptionKind.Unknown, true)]
    [Rfc("ICE-8839-5.3-a")]
    public void O19_ice_mismatch_has_no_meaning_in_an_offer(IceDescriptionKind kind, bool counts)
    {
        IceDescription.TryParse(SdpText.IceSection("a=ice-mismatch"), kind, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();

        description!.Streams[0].IsIceMismatch.Should().Be(counts);
        diagnostics.Select(d => (d.Outcome, d.Reason)).Should().Equal(counts ? [] : [(SdpOutcome.Ignored, SdpReason.WrongKind)]);
    }

    [Fact]
    public void Remote_candidates_have_no_meaning_in_an_answer()
    {
        string sdp = SdpText.IceSection("a=remote-candidates:1 192.0.2.33 61000");

        IceDescription.TryParse(sdp, IceDescriptionKind.Answer, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();

        description!.Streams[0].RemoteCandidates.Should().BeEmpty();
        diagnostics.Should().ContainSingle().Which.Reason.Should().Be(SdpReason.WrongKind);
    }

    [Theory]
    [InlineData("a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("a=remote-candidates:1 192.0.2.33 61000")]
    [InlineData("a=ice-mismatch")]
    [InlineData("a=rtcp-mux")]
    [InlineData("a=rtcp:9")]
    [InlineData("a=mid:a")]
    [Rfc("ICE-8839-5.1-q")]
    public void Media_level_attribute_at_session_level_is_ignored(string line)
    {
        IceDescription.TryParse(SdpText.Session(line), out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();

        diagnostics.Should().ContainSingle()
            .Which.Should().Match<SdpDiagnostic>(d => d.Outcome == SdpOutcome.Ignored && d.Reason == SdpReason.WrongLevel && d.Line == 5);
        description!.Attributes.Should().BeEmpty();
        IceDescription.Parse(SdpText.Session()).Should().BeEquivalentTo(description);
    }

    private static IceDescription Parse(string sdp) => IceDescription.Parse(sdp);

    private static IReadOnlyList<SdpDiagnostic> Diagnose(string sdp)
    {
        _ = IceDescription.TryParse(sdp, out _, out IReadOnlyList<SdpDiagnostic> diagnostics);
        return diagnostics;
    }
}
