using IceSharp.Protocol;

namespace IceSharp.Internal.Diagnostics;

/// <summary>Reads a report for a developer: why there is no connection, why it goes over a relay, what to look at next.</summary>
internal static class ReportExplainer
{
    public static IReadOnlyList<string> Explain(IceReport report)
    {
        var sentences = new List<string>();
        ExplainGathering(report.Gathering, sentences);
        ExplainPairs(report, sentences);
        return sentences;
    }

    private static void ExplainGathering(IReadOnlyList<GatheringOutcome> outcomes, List<string> sentences)
    {
        if (outcomes.Count == 0)
        {
            return;
        }

        if (!outcomes.Any(o => o.Server is null && o.Result == GatheringResult.Found))
        {
            sentences.Add("No local address could be used: look at the address filter, the port range and the transport policy.");
        }

        foreach (IGrouping<string, GatheringOutcome> server in outcomes.Where(o => o.Server is not null).GroupBy(o => o.Server!))
        {
            if (server.All(o => o.Result is not (GatheringResult.Found or GatheringResult.Redundant)) && Blame(server.Key, [.. server]) is { } sentence)
            {
                sentences.Add(sentence);
            }
        }
    }

    private static string? Blame(string server, IReadOnlyList<GatheringOutcome> outcomes)
    {
        GatheringOutcome worst = outcomes.FirstOrDefault(o => o.Result is not (GatheringResult.NoAddressOfFamily or GatheringResult.Skipped)) ?? outcomes[0];
        return worst.Result switch
        {
            GatheringResult.Timeout => $"{server} did not answer: it is down, or a firewall keeps datagrams to it or from it out.",
            GatheringResult.Unauthorized => $"{server} refused user name or password.",
            GatheringResult.NameNotResolved => $"The name of {server} does not resolve.",
            GatheringResult.NoAddressOfFamily => $"{server} has no address of a family that this machine has.",
            GatheringResult.ServerError => $"{server} answered with error {worst.ErrorCode}: {worst.Detail}",
            GatheringResult.ProtocolError => $"{server} answered something that is no STUN or TURN: is the port right?",
            _ => null,
        };
    }

    private static void ExplainPairs(IceReport report, List<string> sentences)
    {
        foreach (IGrouping<string, IcePairReport> stream in report.Pairs.GroupBy(p => p.Mid))
        {
            IcePairReport[] pairs = [.. stream];
            IcePairReport? selected = pairs.FirstOrDefault(p => p.Pair is { IsNominated: true, IsValid: true }) ?? pairs.FirstOrDefault(p => p.Pair.IsValid);
            IcePairReport[] failed = [.. pairs.Where(p => p.Pair.State == IceCandidatePairState.Failed)];
            if (selected is null)
            {
                ExplainFailure(stream.Key, pairs, failed, sentences);
            }
            else if (IsRelayed(selected.Pair))
            {
                IcePairReport[] direct = [.. failed.Where(p => !IsRelayed(p.Pair))];
                sentences.Add(direct.Length == 0
                    ? $"Stream '{stream.Key}' goes over a relay: no direct pair was possible."
                    : $"Stream '{stream.Key}' goes over a relay since {Count(direct.Length, "direct pair")} failed ({Reasons(direct)}): both NATs give every contact a new port, or a firewall keeps UDP between the two out.");
            }
        }

        if (report.Pairs.Count == 0 && report.Gathering.Count > 0)
        {
            sentences.Add("No candidate pair was formed: the peer's description or its candidates did not arrive, or the two have no address family in common.");
        }
    }

    private static void ExplainFailure(string mid, IcePairReport[] pairs, IcePairReport[] failed, List<string> sentences)
    {
        if (failed.Length < pairs.Length)
        {
            sentences.Add($"Stream '{mid}' has {Count(pairs.Length - failed.Length, "pair")} whose check is not over yet.");
            return;
        }

        string hint = pairs.Any(p => p.Reason?.Contains("authentication", StringComparison.Ordinal) == true)
            ? "answers came but were signed with another password: the descriptions of two sessions were mixed up"
            : pairs.Any(p => IsRelayed(p.Pair))
                ? "not even the relay reached the peer: did the peer get this agent's description and candidates, and is it running?"
                : "a TURN server would help where NATs or firewalls block the direct way";
        sentences.Add($"Stream '{mid}': {(pairs.Length == 1 ? "the only pair" : $"all {pairs.Length} pairs")} failed ({Reasons(failed)}): {hint}.");
    }

    private static string Reasons(IcePairReport[] pairs) =>
        string.Join(", ", pairs.GroupBy(p => p.Reason ?? "no reason known").OrderByDescending(g => g.Count()).Take(3).Select(g => $"{g.Count()} x {g.Key}"));

    private static string Count(int number, string what) => number == 1 ? $"one {what}" : $"{number} {what}s";

    private static bool IsRelayed(IceCandidatePairInfo pair) =>
        pair.Local.Type == IceCandidateType.Relayed || pair.Remote.Type == IceCandidateType.Relayed;
}
