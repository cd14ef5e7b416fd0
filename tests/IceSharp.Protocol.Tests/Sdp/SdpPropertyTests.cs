using FsCheck;
using FsCheck.Fluent;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Sdp;

/// <summary>Whatever a peer sends: no exception, and what was taken can be printed and read back.</summary>
public class SdpPropertyTests
{
    private static readonly Config Checked = Config.QuickThrowOnFailure.WithMaxTest(2000).WithQuietOnSuccess(true);

    // Pieces that lead deep into the grammar, and pieces that do not belong there.
    private static readonly string[] Pieces =
    [
        "a=", "candidate:", "1 ", "256 ", "UDP ", "tcp ", "2130706431 ", "192.0.2.10 ", "2001:db8::1 ", "x.example ", "54321 ", "typ ", "host", "srflx ",
        "raddr ", "rport ", "9 ", "tcptype ", "active ", "ufrag ", " ", "  ", "\t", "\r", "\n", "\r\n", ":", "ice-ufrag:", "ice-pwd:", "ice-options:", "ice2 ",
        "ice-lite", "ice-pacing:", "ice-mismatch", "rtcp:", "rtcp-mux", "mid:", "remote-candidates:", "end-of-candidates", "m=audio 9 RTP/AVP 0", "m=", "c=IN IP4 ",
        "c=", "o=- 1 1 ", "v=0", "99999999999999999999", "-1", "\0", "\uD800", "\u2028", "\u0661", "ſ", "K", "%", "[", "]", "::",
    ];

    [Fact]
    [Rfc("ICE-8839-5.1-r")]
    public void Any_string_reads_as_a_candidate_or_as_a_typed_outcome() =>
        Check.One(Checked, Prop.ForAll<string?>(CandidateOutcomeIsTyped));

    [Fact]
    [Rfc("ICE-8839-5.1-r")]
    public void Any_patchwork_of_candidate_pieces_reads_as_a_candidate_or_as_a_typed_outcome() =>
        Check.One(Checked, Prop.ForAll(Patchwork().ToArbitrary(), CandidateOutcomeIsTyped));

    [Fact]
    [Rfc("ICE-8839-5.1-r")]
    public void Any_damaged_candidate_line_reads_as_a_candidate_or_as_a_typed_outcome() =>
        Check.One(Checked, Prop.ForAll(
            Damaged("a=candidate:842163049 1 udp 1694498815 198.51.100.7 61020 typ srflx raddr 10.0.0.12 rport 54321 generation 0 tcptype so").ToArbitrary(),
            CandidateOutcomeIsTyped));

    [Fact]
    public void Any_string_reads_as_a_description_or_is_refused() =>
        Check.One(Checked, Prop.ForAll<string?>(DescriptionOutcomeIsTyped));

    [Fact]
    public void Any_patchwork_reads_as_a_description_or_is_refused() =>
        Check.One(Checked, Prop.ForAll(Patchwork().ToArbitrary(), DescriptionOutcomeIsTyped));

    [Fact]
    public void Any_damaged_offer_reads_as_a_description_that_prints_and_reads_back() =>
        Check.One(Checked, Prop.ForAll(Damaged(SdpText.Offer).ToArbitrary(), DescriptionOutcomeIsTyped));

    private static bool CandidateOutcomeIsTyped(string? line)
    {
        bool usable = IceCandidate.TryParse(line.AsSpan(), out IceCandidate? candidate, out SdpDiagnostic? diagnostic);
        if (!usable)
        {
            return candidate is null && diagnostic is { Outcome: SdpOutcome.Error or SdpOutcome.Ignored } && diagnostic.ToString().Length < 300;
        }

        return diagnostic is null or { Outcome: SdpOutcome.Warning } && IceCandidate.TryParse(candidate!.ToSdp(), out _, out diagnostic) && diagnostic is null;
    }

    private static bool DescriptionOutcomeIsTyped(string? sdp)
    {
        bool usable = IceDescription.TryParse(sdp, out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics);
        bool refused = diagnostics.Any(d => d.Outcome == SdpOutcome.Refused);
        if (!usable)
        {
            return refused && description is null;
        }

        // Once printed, nothing is left to complain about, and a second pass changes nothing.
        string printed = description!.ToSdp();
        return !refused &&
            IceDescription.TryParse(printed, out IceDescription? again, out diagnostics) &&
            diagnostics.All(d => d.Reason == SdpReason.NoCredentials) &&
            again.ToSdp() == printed;
    }

    private static Gen<string> Patchwork() =>
        Gen.Elements(Pieces).ArrayOf().Select(pieces => string.Concat(pieces));

    /// <summary>The text with one to five places cut out, doubled or overwritten.</summary>
    private static Gen<string> Damaged(string text)
    {
        Gen<(int At, int Length, string Piece)> damage =
            from at in Gen.Choose(0, text.Length - 1)
            from length in Gen.Choose(0, 12)
            from piece in Gen.Elements(Pieces)
            select (at, length, piece);
        return Gen.Choose(1, 5).SelectMany(count => damage.ArrayOf(count)).Select(damages =>
        {
            string result = text;
            foreach ((int at, int length, string piece) in damages)
            {
                int from = Math.Min(at, result.Length);
                result = result[..from] + piece + result[Math.Min(from + length, result.Length)..];
            }

            return result;
        });
    }
}
