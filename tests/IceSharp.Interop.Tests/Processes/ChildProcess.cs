using System.Diagnostics;
using System.Runtime.InteropServices;

namespace IceSharp.Interop.Tests.Processes;

/// <summary>A program that a test runs: its output is kept for failure messages, it has a deadline, and it ends with its owner.</summary>
/// <remarks>The deadline is kept by <c>timeout</c>, so that nothing stays behind even when the test process itself is killed.</remarks>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int KillSignal = 9, TerminationSignal = 15;

    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(3);

    private readonly Process _process;
    private readonly string _commandLine;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<Waiter> _waiters = [];
    private Action<string>? _listener;
    private readonly Task _completion;
    private bool _isDisposed;

    private ChildProcess(Process process, string commandLine)
    {
        _process = process;
        _commandLine = commandLine;
        _completion = CompleteAsync();
    }

    public int Id => _process.Id;

    /// <summary>Everything the program has written so far, standard output and error in the order they were read.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
            {
                return string.Join(Environment.NewLine, _lines);
            }
        }
    }

    /// <summary>Starts a program, inside a network namespace where one is named.</summary>
    public static ChildProcess Start(string tool, IEnumerable<string> arguments, TimeSpan deadline, string? networkNamespace = null)
    {
        string seconds = Math.Ceiling(deadline.TotalSeconds).ToString("0", System.Globalization.CultureInfo.InvariantCulture);
        string[] command =
        [
            .. networkNamespace is null ? [] : new[] { ToolPath.Require("ip"), "netns", "exec", networkNamespace },
            ToolPath.Require("timeout"), "--kill-after=2", seconds,
            Path.IsPathRooted(tool) ? tool : ToolPath.Require(tool),
            .. arguments,
        ];
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"'{tool}' did not start.");
        return new ChildProcess(process, string.Join(' ', command));
    }

    /// <summary>Runs a program to its end and returns its output.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static async Task<string> RunAsync(
        string tool, IEnumerable<string> arguments, TimeSpan deadline, string? networkNamespace = null, string? input = null)
    {
        await using ChildProcess process = Start(tool, arguments, deadline, networkNamespace);
        if (input is not null)
        {
            await process._process.StandardInput.WriteAsync(input);
        }

        process._process.StandardInput.Close();
        int code = await process.WaitForExitAsync();
        return code == 0 ? process.Output : throw process.Failure($"ended with code {code}");
    }

    /// <summary>Writes a line to the program's standard input.</summary>
    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Ends the program without a word to it; <c>timeout</c> lives on for a moment and collects it.</summary>
    public void Kill()
    {
        foreach (string child in File.ReadAllText($"/proc/{Id}/task/{Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            _ = Signal(int.Parse(child, System.Globalization.CultureInfo.InvariantCulture), KillSignal);
        }
    }

    /// <summary>Hands every line of output to a listener, those already written first, in order.</summary>
    public void Listen(Action<string> listener)
    {
        lock (_gate)
        {
            _lines.ForEach(listener);
            _listener += listener;
        }
    }

    /// <summary>Waits for the first line of output that matches, written before or after the call.</summary>
    /// <exception cref="InvalidOperationException">The program ended, or the deadline passed, without such a line.</exception>
    public async Task<string> WaitForLineAsync(Func<string, bool> matches, TimeSpan deadline)
    {
        Waiter waiter = new(matches);
        lock (_gate)
        {
            if (_lines.FirstOrDefault(matches) is { } line)
            {
                return line;
            }

            _waiters.Add(waiter);
        }

        // A program that ended before the waiter was added will write no more.
        Task ended = _completion.ContinueWith(_ => { }, TaskScheduler.Default);
        Task first = await Task.WhenAny(waiter.Found.Task, ended, Task.Delay(deadline));
        return waiter.Found.Task.IsCompleted
            ? await waiter.Found.Task
            : throw Failure(first == ended ? "ended before the line that was waited for" : $"did not write the line that was waited for within {deadline}");
    }

    /// <summary>Waits for the end of the program, which its own deadline bounds. The code is 124 when the deadline ended it.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await _completion;
        return _process.ExitCode;
    }

    /// <summary>An exception that carries the command line and the output.</summary>
    public InvalidOperationException Failure(string what) =>
        new($"'{_commandLine}' {what}. Its output:{Environment.NewLine}{Output}");

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        // Asked first: timeout passes the signal on and collects its child, which otherwise stays as a zombie.
        if (!_process.HasExited && Signal(_process.Id, TerminationSignal) == 0)
        {
            await Task.WhenAny(_completion, Task.Delay(EndDeadline));
        }

        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await Task.WhenAny(_completion, Task.Delay(EndDeadline));
        }

        _process.Dispose();
    }

    private async Task CompleteAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
        await _process.WaitForExitAsync();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                _lines.Add(line);
                _listener?.Invoke(line);
                foreach (Waiter waiter in _waiters.Where(w => w.Matches(line)))
                {
                    waiter.Found.TrySetResult(line);
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int processId, int signal);

    private sealed record Waiter(Func<string, bool> Matches)
    {
        public TaskCompletionSource<string> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
