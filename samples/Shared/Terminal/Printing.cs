using IceSharp.Samples.Media;

namespace IceSharp.Samples.Terminal;

/// <summary>Facts of the library in words for people.</summary>
internal static class Printing
{
    /// <summary>What came of each local address and server.</summary>
    public static string Gathering(IEnumerable<GatheringOutcome> outcomes) =>
        string.Join(Environment.NewLine, outcomes.Select(Describe));

    /// <summary>How well a stream arrived (RFC 3550).</summary>
    public static string Reception(uint? sent, RtpReceiveStatistics statistics) =>
        FormattableString.Invariant(
            $"{statistics.Received} packets of {sent}, {statistics.Lost} lost of {statistics.Expected} expected, jitter {statistics.Jitter.TotalMilliseconds:0.00} ms");

    private static string Describe(GatheringOutcome outcome) => outcome.Result switch
    {
        GatheringResult.Redundant => $"{outcome}: no NAT stands in between, so the reflexive address is the host's own and vanishes",
        _ => outcome.ToString(),
    };
}
