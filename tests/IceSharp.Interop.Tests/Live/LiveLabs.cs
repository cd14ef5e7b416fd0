namespace IceSharp.Interop.Tests.Live;

/// <summary>The networks of the live matrix, and what came of its cells; writes the page when the full matrix is through.</summary>
/// <remarks>One network is enough for one call at a time: a NAT remembers for a while whom its host has called. The full matrix calls in several.</remarks>
public sealed class LiveLabs : IAsyncLifetime
{
    private const int FullLanes = 2;

    private readonly LiveLab[] _lanes = [.. Enumerable.Range(0, LiveCells.IsFull ? FullLanes : 1).Select(_ => new LiveLab())];

    internal IReadOnlyList<LiveLab> Lanes => _lanes;

    internal List<LiveResult> Results { get; } = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (LiveCells.IsFull)
        {
            await LiveReport.WriteAsync([.. LiveCells.All.Select(c => Results.Find(r => r.Cell == c)).OfType<LiveResult>()]);
        }

        foreach (LiveLab lane in _lanes)
        {
            await lane.DisposeAsync();
        }
    }
}
