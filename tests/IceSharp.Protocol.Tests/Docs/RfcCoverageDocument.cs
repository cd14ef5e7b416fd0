using System.Globalization;
using System.Text;

namespace IceSharp.Protocol.Tests.Docs;

/// <summary>docs/rfc-coverage.md: which duty is proven by which tests, and why the others are not.</summary>
internal static class RfcCoverageDocument
{
    private const string Head = """
        # RFC coverage

        Generated: do not edit. It joins the marks `[Rfc("ID")]` in the tests with `docs/rfc-duties.tsv`; `ICESHARP_APPROVE=1 dotnet test --filter Approval`
        writes it anew, and a test fails while it is stale.

        An ID is RFC, section and a letter. The level is the RFC's word, then the role: C client, S server, B both. PROC is a step of an algorithm without
        a key word, FACT a wire constant, DERIVED follows from other rules, POLICY is a choice where the texts are silent, DRAFT and DEFACTO are no RFC's.
        A duty without a test says why: *not applicable*, *deviation* with its ADR, *platform*, or *later*.


        """;

    public static string Write(IReadOnlyList<RfcDuty> duties, IReadOnlyDictionary<string, string[]> marks)
    {
        var text = new StringBuilder(Head.ReplaceLineEndings("\n"));
        IGrouping<string, RfcDuty>[] groups = [.. duties.GroupBy(d => string.Join('-', d.Id.Split('-').Take(2)))];
        AddSummary(text, groups, marks);
        foreach (IGrouping<string, RfcDuty> group in groups)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {group.Key}\n\nID | Level | Duty | Test\n--- | --- | --- | ---\n");
            foreach (RfcDuty duty in group)
            {
                text.Append(CultureInfo.InvariantCulture, $"{duty.Id} | {duty.Level} | {Escape(duty.Text)} | {Proof(duty, marks)}\n");
            }
        }

        return text.ToString();
    }

    private static void AddSummary(StringBuilder text, IGrouping<string, RfcDuty>[] groups, IReadOnlyDictionary<string, string[]> marks)
    {
        text.Append("Area | Duties | Proven | Excepted | Later\n--- | --- | --- | --- | ---\n");
        foreach (IGrouping<string, RfcDuty> group in groups)
        {
            text.Append(Row(group.Key, [.. group], marks));
        }

        text.Append(Row("Total", [.. groups.SelectMany(g => g)], marks));
    }

    private static string Row(string name, RfcDuty[] duties, IReadOnlyDictionary<string, string[]> marks)
    {
        int proven = duties.Count(d => marks.ContainsKey(d.Id)), excepted = duties.Count(d => d.Exception.Length > 0);
        return string.Create(CultureInfo.InvariantCulture, $"{name} | {duties.Length} | {proven} | {excepted} | {duties.Length - proven - excepted}\n");
    }

    private static string Proof(RfcDuty duty, IReadOnlyDictionary<string, string[]> marks) =>
        marks.TryGetValue(duty.Id, out string[]? classes) ? string.Join(", ", classes)
        : duty.Exception.Length > 0 ? $"*{duty.Exception}*"
        : $"*{RfcDuty.Later}*";

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);
}
