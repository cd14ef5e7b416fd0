using System.Text.Json;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>A finished row as a file, for a matrix whose rows run in several processes.</summary>
internal sealed record MatrixRow(string Peer, string Version, IReadOnlyList<MatrixRow.Cell> Cells, TimeSpan? TimeWithItself, int Runs, int StunMessages, int MalformedMessages)
{
    private static readonly JsonSerializerOptions Format = new() { IgnoreReadOnlyProperties = true };

    public static void Write(string folder, PeerRecord row)
    {
        Cell[] cells = [.. row.Results.Select(r => new Cell(r.Mode, r.Times, r.Failure, r.KnownFailure, r.NotApplicable))];
        MatrixRow file = new(row.Peer.Name, row.Version, cells, row.TimeWithItself, row.Runs, row.StunMessages, row.MalformedMessages);
        File.WriteAllText(Path.Combine(folder, $"{row.Peer.Name}.json"), JsonSerializer.Serialize(file, Format));
    }

    /// <summary>All rows of a folder.</summary>
    public static IEnumerable<PeerRecord> ReadAll(string folder) =>
        Directory.EnumerateFiles(folder, "*.json").Select(path => JsonSerializer.Deserialize<MatrixRow>(File.ReadAllText(path), Format)!.ToRecord());

    private PeerRecord ToRecord()
    {
        PeerProgram peer = PeerPrograms.Find(Peer);
        InteropResult[] results =
        [
            .. Cells.Select(c => new InteropResult(peer, c.Mode) { Times = c.Times, Failure = c.Failure, KnownFailure = c.KnownFailure, NotApplicable = c.NotApplicable }),
        ];
        return new PeerRecord(peer, Version, results, TimeWithItself, Runs) { StunMessages = StunMessages, MalformedMessages = MalformedMessages };
    }

    internal sealed record Cell(InteropMode Mode, IReadOnlyList<TimeSpan> Times, string? Failure, string? KnownFailure, string? NotApplicable);
}
