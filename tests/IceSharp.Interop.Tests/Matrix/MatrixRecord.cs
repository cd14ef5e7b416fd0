namespace IceSharp.Interop.Tests.Matrix;

/// <summary>The rows that have run in this process; of a run of the whole matrix they become <c>docs/interop.md</c>.</summary>
internal static class MatrixRecord
{
    private static readonly Lock Gate = new();
    private static readonly List<PeerRecord> Rows = [];

    public static void Add(PeerRecord row)
    {
        lock (Gate)
        {
            Rows.Add(row);
            if (InteropModes.IsFull)
            {
                PeerRecord[] sorted = [.. Rows.OrderBy(r => PeerPrograms.All.ToList().IndexOf(r.Peer))];
                File.WriteAllText(Path.Combine(Repository.Root, "docs", "interop.md"), InteropReport.Write(sorted, DateOnly.FromDateTime(DateTime.UtcNow)));
            }
        }
    }
}
