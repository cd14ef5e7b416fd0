using System.Text.Json;
using IceSharp.Protocol.Tests.Approval;

namespace IceSharp.Protocol.Tests.Fuzz;

/// <summary>Inputs that are kept: the vectors, and mutants that went a way of their own, with the way they went.</summary>
internal static class FuzzCorpus
{
    private static readonly string[] VectorFiles = ["integrity.json", "malformed.json", "rfc-vectors.json"];

    /// <summary>The kept mutants of a file: what came of each and its bytes.</summary>
    public static IReadOnlyList<(string Outcome, byte[] Bytes)> Load(string file) =>
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Corpus", file))
            .Where(l => l.Length > 0 && l[0] != '#')
            .Select(l => l.Split('\t'))
            .Select(f => (f[1], Convert.FromHexString(f[0]))),
    ];

    /// <summary>All bytes that there are to mutate.</summary>
    public static IReadOnlyList<byte[]> Seeds() =>
    [
        .. VectorFiles.SelectMany(f => Messages(VectorFile.Load(f))),
        .. Load("codec.tsv").Select(e => e.Bytes),
        .. Load("stream.tsv").Select(e => e.Bytes),
    ];

    /// <summary>Writes a file of the corpus anew, in the source tree.</summary>
    public static void Save(string file, string about, IEnumerable<(string Outcome, byte[] Bytes)> entries) =>
        File.WriteAllLines(
            Repository.File($"tests/IceSharp.Protocol.Tests/Corpus/{file}"),
            [$"# {about}", .. entries.Select(e => $"{Convert.ToHexStringLower(e.Bytes)}\t{e.Outcome}")]);

    private static IEnumerable<byte[]> Messages(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return element.EnumerateObject().SelectMany(p => p.NameEquals("hex") && p.Value.ValueKind == JsonValueKind.String
                    ? [Convert.FromHexString(p.Value.GetString()!)]
                    : Messages(p.Value));
            case JsonValueKind.Array:
                return element.EnumerateArray().SelectMany(Messages);
            default:
                return [];
        }
    }
}
