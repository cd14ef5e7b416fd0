namespace IceSharp.Interop.Tests.Matrix;

/// <summary>
/// The rows that have run; of a run of the whole matrix they become <c>docs/interop.md</c>. Rows that run in several processes are gathered
/// in the folder <c>ICESHARP_MATRIX_ROWS</c>, and the last one makes the page of them all.
/// </summary>
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
                IEnumerable<PeerRecord> rows = Rows;
                if (Environment.GetEnvironmentVariable("ICESHARP_MATRIX_ROWS") is { Length: > 0 } folder)
                {
                    MatrixRow.Write(folder, row);
                    rows = MatrixRow.ReadAll(folder);
                }

                PeerRecord[] sorted = [.. rows.OrderBy(r => PeerPrograms.All.ToList().IndexOf(r.Peer))];
                File.WriteAllText(Path.Combine(Repository.Root, "docs", "interop.md"), InteropReport.Write(sorted, DateOnly.FromDateTime(DateTime.UtcNow)));
            }
        }
    }
}
