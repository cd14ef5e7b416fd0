namespace IceSharp.Interop.Tests.Matrix;

/// <summary>One row of the matrix: our agent with one peer, in the modes of this run. Where the whole matrix runs, a cell is five sessions in a row.</summary>
public abstract class PeerMatrix : IAsyncLifetime
{
    private const int RunsOfFullMatrix = 5;

    private readonly MatrixLabs _labs = new();
    private readonly PeerProgram _peer;

    internal PeerMatrix(PeerProgram peer) => _peer = peer;

    private static int Runs => InteropModes.IsFull ? RunsOfFullMatrix : 1;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _labs.DisposeAsync();

    // The session itself checks path, agreement and data, and fails with what both sides wrote.
    private protected async Task ConnectInEveryModeAsync()
    {
        string version = await _peer.FindVersionAsync();
        List<InteropResult> results = [];
        foreach (InteropMode mode in InteropModes.OfThisRun)
        {
            results.Add(_peer.FindReason(mode) is { } reason ? new InteropResult(_peer, mode) { NotApplicable = reason }
                : _peer.KnownFailures.TryGetValue(mode, out string? known) ? new InteropResult(_peer, mode) { KnownFailure = known }
                : await RunCellAsync(mode));
        }

        TimeSpan? withItself = InteropModes.IsFull ? await TimeWithItselfAsync() : null;
        (int messages, IReadOnlyList<string> malformed) = await _labs.ReadCapturesAsync();
        MatrixRecord.Add(new PeerRecord(_peer, version, results, withItself, Runs) { StunMessages = messages, MalformedMessages = malformed.Count });
        results.Where(r => r.Failure is not null).Select(r => $"{r.Mode}: {r.Failure}").Should().BeEmpty();
        results.Should().Contain(r => r.Times.Count == Runs, "a row without a session proves nothing");
        malformed.Should().BeEmpty("tshark reads them");
        messages.Should().BeGreaterThan(InteropModes.AreCaptured ? results.Sum(r => r.Times.Count) : -1, "each session has its checks");
    }

    private async Task<InteropResult> RunCellAsync(InteropMode mode)
    {
        List<TimeSpan> times = [];
        try
        {
            MatrixLab lab = await _labs.GetAsync(mode);
            while (times.Count < Runs)
            {
                times.Add(await InteropSession.RunAsync(lab, mode, PeerPrograms.Ours, _peer));
            }

            return new InteropResult(_peer, mode) { Times = times };
        }
        catch (InvalidOperationException failure)
        {
            return new InteropResult(_peer, mode) { Times = times, Failure = $"session {times.Count + 1}: {failure.Message}" };
        }
    }

    // How it does alone is its own affair: relays may win there.
    private async Task<TimeSpan?> TimeWithItselfAsync()
    {
        InteropMode mode = new(true, false, false, InteropPath.Reflexive);
        MatrixLab lab = await _labs.GetAsync(mode);
        List<TimeSpan> times = [];
        for (int run = 0; run < RunsOfFullMatrix; run++)
        {
            times.Add(await InteropSession.RunAsync(lab, mode, _peer, _peer, anyPath: true));
        }

        return InteropReport.Median(times);
    }
}
