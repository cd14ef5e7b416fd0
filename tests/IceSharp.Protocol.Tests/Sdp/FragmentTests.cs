using IceSharp.Protocol;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Sdp;

/// <summary>Bodies of application/trickle-ice-sdpfrag.</summary>
public class FragmentTests
{
    private const string Other = "OtherPassword0123456789";

    // RFC 8840 figure 7, its line breaks undone and its impossible priorities made possible.
    private const string Figure7 = """
        a=ice-pwd:asd88fgpdd777uzjYhagZg
        a=ice-ufrag:8hhY
        m=audio 9 RTP/AVP 0
        a=mid:1
        a=candidate:1 1 UDP 2130706432 2001:db8:a0b:12f0::1 5000 typ host
        a=candidate:1 2 UDP 2130706432 2001:db8:a0b:12f0::1 5001 typ host
        a=candidate:2 1 UDP 1694498815 192.0.2.3 5010 typ srflx raddr 192.0.2.1 rport 8998
        a=end-of-candidates
        m=audio 9 RTP/AVP 0
        a=mid:2
        a=candidate:1 1 UDP 2130706432 2001:db8:a0b:12f0::1 6000 typ host
        """;

    [Fact]
    [Rfc("ICE-8840-4.4-d")]
    [Rfc("ICE-8840-8.2-a")]
    public void Body_of_the_rfcs_figure_reads_as_two_streams_of_one_generation()
    {
        IceFragment fragment = Read(Figure7);

        (fragment.Ufrag, fragment.Password, fragment.EndOfCandidates).Should().Be(("8hhY", "asd88fgpdd777uzjYhagZg", false));
        fragment.Streams.Select(s => (s.Mid, s.Ufrag, s.Candidates.Count, s.EndOfCandidates)).Should().Equal(("1", "8hhY", 3, true), ("2", "8hhY", 1, false));
        fragment.Streams[0].Candidates.Should().OnlyContain(c => c.Mid == "1" && c.Ufrag == "8hhY");
    }

    [Fact]
    [Rfc("ICE-8840-4.4-d")]
    [Rfc("ICE-8840-4.4-e")]
    public void Fragment_prints_mid_before_candidates_and_credentials_where_they_belong()
    {
        IceFragment fragment = Read(Figure7) with { };

        fragment.ToSdp().Should().StartWith("a=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\nm=audio 9 RTP/AVP 0\r\na=mid:1\r\na=candidate:1 1 UDP");
        IceFragment atMediaLevel = fragment with { Ufrag = null, Password = null, Streams = [fragment.Streams[1]] };
        atMediaLevel.ToSdp().Should().Be(
            "m=audio 9 RTP/AVP 0\r\na=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=mid:2\r\n" +
            "a=candidate:1 1 UDP 2130706432 2001:db8:a0b:12f0::1 6000 typ host\r\n");
        Read(fragment.ToSdp()).Should().BeEquivalentTo(fragment, o => o.WithStrictOrdering());
    }

    [Fact]
    [Rfc("ICE-8840-4.4-e")]
    public void Fragment_of_a_description_has_the_credentials_at_the_level_of_the_description()
    {
        IceDescription description = IceDescription.Parse(SdpText.Offer);

        string[] levels(string sdp) => sdp.Split("\r\n").Where(l => l.StartsWith("m=", StringComparison.Ordinal) || l.StartsWith("a=ice-ufrag", StringComparison.Ordinal)).Select(l => l[..2]).ToArray();
        levels(description.ToFragment().ToSdp()).Should().Equal(levels(description.ToSdp())).And.Equal("m=", "a=");
    }

    [Theory]
    [InlineData("m=video")]
    [InlineData("m=application 0 UDP/DTLS/SCTP webrtc-datachannel")]
    [InlineData("m=")]
    [Rfc("ICE-8840-4.4-d")]
    public void What_a_pseudo_line_says_is_ignored(string line) =>
        Read(Figure7.Replace("m=audio 9 RTP/AVP 0", line, StringComparison.Ordinal)).Streams.Should().HaveCount(2).And.Contain(s => s.Candidates.Count == 3);

    [Fact]
    [Rfc("ICE-8840-9.2-a")]
    public void Attribute_names_are_read_in_any_case_written_in_lower_case_and_unknown_ones_ignored()
    {
        IceFragment fragment = Read("A=x\n" + Figure7
            .Replace("a=ice-pwd", "a=ICE-PWD", StringComparison.Ordinal)
            .Replace("a=mid", "a=Mid", StringComparison.Ordinal)
            .Replace("a=candidate", "a=CANDIDATE", StringComparison.Ordinal)
            .Replace("a=end-of-candidates", "a=End-Of-Candidates\na=new-thing:1 2 3", StringComparison.Ordinal), faults: 1);

        fragment.ToSdp().Should().Be(Read(Figure7).ToSdp()).And.MatchRegex("^(a=[a-z-]+(:.*)?\r\n|m=.*\r\n)*$");
    }

    [Theory]
    [InlineData(null, SdpReason.NoCredentials)]
    [InlineData("", SdpReason.NoCredentials)]
    [InlineData("m=audio 9 RTP/AVP 0\na=mid:1\na=end-of-candidates", SdpReason.NoCredentials)]
    [InlineData("a=ice-ufrag:8hhY\na=end-of-candidates", SdpReason.NoCredentials)]
    [Rfc("ICE-8840-8.2-a")]
    public void Fragment_that_names_no_generation_is_refused(string? text, SdpReason reason)
    {
        IceFragment.TryParse(text, out IceFragment? fragment, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeFalse();

        fragment.Should().BeNull();
        diagnostics.Should().ContainSingle(d => d.Outcome == SdpOutcome.Refused && d.Reason == reason);
    }

    [Fact]
    public void Section_without_a_mid_or_with_a_bad_line_loses_only_itself()
    {
        string text = Figure7 + $"\nm=audio 9 RTP/AVP 0\na=candidate:1 1 UDP 1 192.0.2.1 5000 typ host\nm=audio 9 RTP/AVP 0\na=mid:1\nm=audio 9 RTP/AVP 0\na=ice-pwd:{Other}\na=mid:3\na=candidate:nonsense\n";

        IceFragment.TryParse(text, out IceFragment? fragment, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();

        fragment!.Streams.Select(s => s.Mid).Should().Equal("1", "2", "3");
        fragment.Streams[2].Password.Should().Be(Other);
        diagnostics.Select(d => (d.Line, d.Reason)).Should().Equal((19, SdpReason.MissingField), (12, SdpReason.Mid), (14, SdpReason.RepeatedMid));
    }

    [Fact]
    [Rfc("ICE-8840-8.1-a")]
    public void End_of_candidates_at_session_level_covers_all_streams()
    {
        IceFragment fragment = Read("a=end-of-candidates\n" + Figure7);

        fragment.EndOfCandidates.Should().BeTrue();
        fragment.Streams.Should().OnlyContain(s => s.EndOfCandidates);
    }

    public static TheoryData<string, IceFragment> Unprintable()
    {
        IceFragment good = Read(Figure7);
        return new()
        {
            { "IceFragment.EndOfCandidates ", good with { Ufrag = null, Password = null, EndOfCandidates = true } },
            { "IceFragment.Streams ", new IceFragment { Streams = [] } },
            { "IceFragment.Ufrag ", good with { Ufrag = "x" } },
            { "IceFragment.Password ", good with { Password = "tooShort" } },
            { "IceStreamFragment.Mid ", good with { Streams = [good.Streams[0], good.Streams[0]] } },
            { "SdpMedia.Formats ", good with { Streams = [good.Streams[0] with { Media = SdpMedia.Audio with { Formats = "" } }] } },
        };
    }

    [Theory]
    [MemberData(nameof(Unprintable))]
    public void Fragment_that_could_not_be_read_back_is_refused_by_member_name(string member, IceFragment fragment) =>
        FluentActions.Invoking(fragment.ToSdp).Should().Throw<InvalidOperationException>().WithMessage(member + "*")
            .Which.Message.Should().NotContain("tooShort");

    [Fact]
    public void Summaries_hold_no_password()
    {
        IceFragment fragment = Read(Figure7);

        (fragment.ToString() + fragment.Streams[0]).Should().NotContain(fragment.Password!);
    }

    private static IceFragment Read(string text, int faults = 0)
    {
        IceFragment.TryParse(text, out IceFragment? fragment, out IReadOnlyList<SdpDiagnostic> diagnostics).Should().BeTrue();
        diagnostics.Should().HaveCount(faults);
        return fragment!;
    }
}
