using System.Text;
using IceSharp.Internal.Diagnostics;

namespace IceSharp;

/// <summary>What an agent has tried: local addresses and servers in gathering, candidate pairs in checking.</summary>
/// <remarks>Immutable and thread safe; holds addresses, but no secrets.</remarks>
/// <param name="Gathering">One line for each local address and server.</param>
/// <param name="Pairs">One line for each candidate pair.</param>
public sealed record IceReport(IReadOnlyList<GatheringOutcome> Gathering, IReadOnlyList<IcePairReport> Pairs)
{
    private const int MostLines = 60;

    /// <summary>One line for each place where a server was asked; empty for an agent.</summary>
    public IReadOnlyList<StunAttempt> Attempts { get; init; } = [];

    /// <summary>What the report comes to, in sentences for a developer: why nothing works, why a relay is used, what to look at. Empty when there is nothing to say.</summary>
    public IReadOnlyList<string> Explanation => ReportExplainer.Explain(this);

    /// <summary>Nothing was tried.</summary>
    public static IceReport Empty { get; } = new([], []);

    /// <summary>The report as text, a line each; at most 60 lines of a kind.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (string sentence in Explanation)
        {
            text.AppendLine(sentence);
        }

        if (Attempts.Count > 0)
        {
            Append(text, "Attempts", Attempts);
        }
        else
        {
            Append(text, "Gathering", Gathering);
            Append(text, "Pairs", Pairs);
        }

        return text.ToString().TrimEnd();
    }

    private static void Append<T>(StringBuilder text, string title, IReadOnlyList<T> lines)
    {
        text.Append(title).Append(lines.Count == 0 ? ": none" : ":").AppendLine();
        foreach (T line in lines.Take(MostLines))
        {
            text.Append("  ").Append(line).AppendLine();
        }

        if (lines.Count > MostLines)
        {
            text.Append("  and ").Append(lines.Count - MostLines).Append(" more").AppendLine();
        }
    }
}
