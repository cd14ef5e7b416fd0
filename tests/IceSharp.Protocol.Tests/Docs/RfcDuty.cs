using IceSharp.Protocol.Tests.Approval;

namespace IceSharp.Protocol.Tests.Docs;

/// <summary>A line of docs/rfc-duties.tsv: what an RFC demands, in short.</summary>
/// <param name="Id">RFC, section and letter.</param>
/// <param name="Level">Strength and, behind a slash, role: client, server or both.</param>
/// <param name="Exception">Why no test proves it, out of a closed set; empty where one does or will.</param>
/// <param name="Text">The duty in short.</param>
internal sealed record RfcDuty(string Id, string Level, string Exception, string Text)
{
    public const string Later = "later";

    public static IReadOnlyList<RfcDuty> Load() =>
    [
        .. File.ReadLines(Repository.File("docs/rfc-duties.tsv")).Skip(1).Select(line =>
        {
            string[] fields = line.Split('\t');
            return new RfcDuty(fields[0], fields[1], fields[2], fields[3]);
        }),
    ];

    /// <summary>"not applicable", "deviation: adr/0003", "platform", or nothing.</summary>
    public bool HasLegalException => Exception is "" or "not applicable" or "platform"
        || (Exception.StartsWith("deviation: adr/", StringComparison.Ordinal)
            && Directory.GetFiles(Repository.File("docs/adr"), Exception["deviation: adr/".Length..] + "-*.md").Length == 1);
}
