using System.Diagnostics;
using IceSharp.Interop.Tests.Matrix;
using IceSharp.Interop.Tests.Namespaces;

namespace IceSharp.Interop.Tests.Live;

/// <summary>One call between two processes of ours, each in a home of its own.</summary>
internal sealed class LiveCall : IAsyncDisposable
{
    private static readonly TimeSpan StepDeadline = TimeSpan.FromSeconds(30), Lifetime = TimeSpan.FromMinutes(2);

    private readonly LiveCell _cell;
    private readonly LiveMode _mode;
    private readonly PeerProcess _left, _right;
    private readonly LinePump _toLeft, _toRight;

    private LiveCall(LiveCell cell, LiveMode mode, PeerProcess left, PeerProcess right)
    {
        _cell = cell;
        _mode = mode;
        _left = left;
        _right = right;
        _toLeft = new LinePump(left);
        _toRight = new LinePump(right);
    }

    /// <summary>Makes a call: connects, and talks both ways.</summary>
    /// <exception cref="InvalidOperationException">It did not come about, or not over the best path; the message holds what both sides wrote.</exception>
    public static async Task<LiveOutcome> RunAsync(LiveLab lab, LiveCell cell, LiveMode mode)
    {
        NetworkNamespace leftHome = await lab.GetHomeAsync(isLeft: true, cell.Left), rightHome = await lab.GetHomeAsync(isLeft: false, cell.Right);
        PeerProcess left = await PeerProcess.StartAsync(PeerPrograms.Ours, [Role(!mode.AnswererControls), Style(mode), .. Failure(cell), .. lab.ServerArguments(cell.Left)], leftHome, Lifetime);
        PeerProcess right = await PeerProcess.StartAsync(PeerPrograms.Ours, [Role(mode.AnswererControls), Style(mode), .. Failure(cell), .. lab.ServerArguments(cell.Right)], rightHome, Lifetime);
        await using LiveCall call = new(cell, mode, left, right);
        try
        {
            return await call.RunAsync(lab);
        }
        catch (InvalidOperationException failure)
        {
            throw new InvalidOperationException(
                $"{cell}, {mode}: {failure.Message}{Environment.NewLine}--- left:{Environment.NewLine}{left.Output}{Environment.NewLine}--- right:{Environment.NewLine}{right.Output}", failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _toLeft.Write("close");
        _toRight.Write("close");
        await _toLeft.DisposeAsync();
        await _toRight.DisposeAsync();
        await _left.DisposeAsync();
        await _right.DisposeAsync();
    }

    private static string Role(bool controls) => controls ? "--controlling" : "--controlled";

    private static string[] Failure(LiveCell cell) => cell.LosesRelay ? ["--outlive-failure"] : [];

    private static string Style(LiveMode mode) => mode.Trickles ? "--trickle" : "--full";

    private async Task<LiveOutcome> RunAsync(LiveLab lab)
    {
        _left.ForwardTo(_toRight.Write);
        _right.ForwardTo(_toLeft.Write);
        _toLeft.Write("gather");
        await _left.WaitAsync(IsDescribed, 0, StepDeadline);
        _toRight.Write("gather");
        await _right.WaitAsync(IsDescribed, 0, StepDeadline);
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(_left.WaitAsync(line => line == "connected", 0, StepDeadline), _right.WaitAsync(line => line == "connected", 0, StepDeadline));
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        await TalkAsync("before");
        LiveOutcome outcome = await JudgeAsync(time);
        if (_cell.RestartsCoturn)
        {
            int left = _left.Position, right = _right.Position;
            await lab.RestartCoturnAsync();
            if (_cell.LosesRelay)
            {
                await RestartAsync(left, right);
            }

            await TalkAsync("after");
            outcome = await JudgeAsync(time);
        }

        return outcome;
    }

    // Whoever is told first that it would help restarts.
    private async Task RestartAsync(int left, int right)
    {
        static bool IsSuggestion(string line) => line.StartsWith("restart suggested: ", StringComparison.Ordinal);
        Task<int> ofLeft = _left.WaitAsync(IsSuggestion, left, StepDeadline), ofRight = _right.WaitAsync(IsSuggestion, right, StepDeadline);
        Task<int> first = await Task.WhenAny(ofLeft, ofRight);
        await first;
        (first == ofLeft ? _toLeft : _toRight).Write("restart");
        await Task.WhenAll(_left.WaitAsync(line => line == "connected", left, StepDeadline), _right.WaitAsync(line => line == "connected", right, StepDeadline));
        await Task.WhenAll(_left.WaitAsync(IsSelection, left, StepDeadline), _right.WaitAsync(IsSelection, right, StepDeadline));
    }

    private static bool IsSelection(string line) => line.StartsWith("selected 1 ", StringComparison.Ordinal);

    private bool IsDescribed(string line) => _mode.Trickles ? line.StartsWith("credentials ", StringComparison.Ordinal) : line == "end-of-candidates";

    private async Task TalkAsync(string word)
    {
        _toLeft.Write($"send 1 {word} from left");
        _toRight.Write($"send 1 {word} from right");
        await _right.WaitAsync(line => line == $"received 1 {word} from left", 0, StepDeadline);
        await _left.WaitAsync(line => line == $"received 1 {word} from right", 0, StepDeadline);
    }

    private async Task<LiveOutcome> JudgeAsync(TimeSpan time)
    {
        // The pair and the connection are told by two queues of the program.
        await Task.WhenAll(_left.WaitAsync(IsSelection, 0, StepDeadline), _right.WaitAsync(IsSelection, 0, StepDeadline));
        LiveOutcome outcome = new(_left.Selected[0], _right.Selected[0], time);
        if (outcome.Path != _cell.Best)
        {
            throw new InvalidOperationException($"{outcome.Path} is used and {_cell.Best} is best; left: {outcome.Left}, right: {outcome.Right}");
        }

        return outcome;
    }
}
