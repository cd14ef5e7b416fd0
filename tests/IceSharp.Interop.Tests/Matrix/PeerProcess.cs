using System.Collections.Concurrent;
using System.Globalization;
using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>A running peer: hears its lines, keeps what it says of itself, and passes on what is for the other side.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly ConcurrentDictionary<int, SelectedPair> _selected = new();
    private readonly Lock _gate = new();
    private readonly List<string> _heard = [];
    private readonly List<(Func<string, bool> Matches, int From, TaskCompletionSource<int> Found)> _waiting = [];
    private Action<string>? _forward;

    private PeerProcess(string name, ChildProcess process)
    {
        Name = name;
        _process = process;
        process.Listen(Hear);
    }

    public string Name { get; }

    /// <summary>The pairs in use, by component.</summary>
    public IReadOnlyList<SelectedPair> Selected => [.. _selected.OrderBy(s => s.Key).Select(s => s.Value)];

    /// <summary>Everything it has written.</summary>
    public string Output => _process.Output;

    /// <summary>Number of lines heard so far: a point in time for <see cref="WaitAsync"/>.</summary>
    public int Position
    {
        get
        {
            lock (_gate)
            {
                return _heard.Count;
            }
        }
    }

    public static async Task<PeerProcess> StartAsync(PeerProgram program, IEnumerable<string> arguments, NetworkNamespace home, TimeSpan lifetime)
    {
        string[] command = await program.PrepareAsync();
        return new PeerProcess(program.Name, home.Start(command[0], [.. command[1..], .. arguments], lifetime));
    }

    /// <summary>Has each line for the other side handed on, those already written first, in order.</summary>
    public void ForwardTo(Action<string> forward)
    {
        lock (_gate)
        {
            _heard.Where(IsForOtherSide).ToList().ForEach(forward);
            _forward = forward;
        }
    }

    public Task WriteAsync(string line) => _process.WriteLineAsync(line);

    /// <summary>Waits for a line, starting at a position; a peer that gives up or ends makes it fail with everything it wrote.</summary>
    /// <returns>The position behind the line.</returns>
    /// <exception cref="InvalidOperationException">The peer failed, ended, or did not say it in time.</exception>
    public async Task<int> WaitAsync(Func<string, bool> matches, int from, TimeSpan deadline)
    {
        TaskCompletionSource<int> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            int index = _heard.FindIndex(from, line => matches(line));
            if (index >= 0)
            {
                return index + 1;
            }

            _waiting.Add((matches, from, found));
        }

        Task failed = _process.WaitForLineAsync(IsGivingUp, deadline);
        Task first = await Task.WhenAny(found.Task, failed);
        return first == found.Task ? await found.Task : throw _process.Failure($"({Name}) did not come as far as was waited for");
    }

    /// <summary>Ends it at once, so that it can tell nobody.</summary>
    public void Kill() => _process.Kill();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>Waits until it gives up, and returns its reason.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not give up in time.</exception>
    public Task<string> WaitForFailureAsync(TimeSpan deadline) => _process.WaitForLineAsync(IsGivingUp, deadline);

    private static bool IsGivingUp(string line) => line.StartsWith("failed ", StringComparison.Ordinal) || line.StartsWith("error ", StringComparison.Ordinal);

    private static bool IsForOtherSide(string line) =>
        line.StartsWith("credentials ", StringComparison.Ordinal) || line.StartsWith("candidate:", StringComparison.Ordinal) || line == "end-of-candidates";

    private void Hear(string line)
    {
        lock (_gate)
        {
            _heard.Add(line);
            if (line.StartsWith("selected ", StringComparison.Ordinal))
            {
                SelectedPair pair = SelectedPair.Parse(line);
                _selected[pair.Component] = pair;
            }

            if (_forward is not null && IsForOtherSide(line))
            {
                _forward(line);
            }

            foreach ((Func<string, bool> matches, int from, TaskCompletionSource<int> found) in _waiting)
            {
                if (_heard.Count > from && matches(line))
                {
                    found.TrySetResult(_heard.Count);
                }
            }
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} ({_process.Id})");
}
