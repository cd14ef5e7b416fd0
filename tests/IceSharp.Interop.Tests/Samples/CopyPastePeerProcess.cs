using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Samples;

/// <summary>The CopyPastePeer sample as a process of its own, on this machine's network or in a namespace.</summary>
internal sealed class CopyPastePeerProcess(ChildProcess process) : IAsyncDisposable
{
    private const string ConnectedPrefix = "connected: ";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Everything it has written.</summary>
    public string Output => process.Output;

    public static CopyPastePeerProcess Start(NetworkNamespace? home, params string[] arguments)
    {
        string[] command = [Path.Combine(AppContext.BaseDirectory, "CopyPastePeer.dll"), .. arguments];
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? ToolPath.Require("dotnet");
        return new CopyPastePeerProcess(home?.Start(dotnet, command, Deadline) ?? ChildProcess.Start(dotnet, command, Deadline));
    }

    /// <summary>Waits for the nominated pair, as text: "host 10.1.0.2:5000 - srflx 203.0.113.2:6000 (…)".</summary>
    public async Task<string> WaitForPairAsync() =>
        (await WaitForLineAsync(line => line.StartsWith(ConnectedPrefix, StringComparison.Ordinal)))[ConnectedPrefix.Length..];

    public Task<string> WaitForLineAsync(Func<string, bool> matches) => process.WaitForLineAsync(matches, Deadline);

    /// <summary>Types lines, ended by Enter.</summary>
    public Task TypeAsync(string lines) => process.WriteLineAsync(lines);

    /// <summary>Copies the description from the screen, once it is there.</summary>
    public async Task<string> CopyDescriptionAsync()
    {
        await WaitForLineAsync(line => line.StartsWith("a=ptime", StringComparison.Ordinal));
        return string.Join('\n', Output.Split(Environment.NewLine).SkipWhile(line => line != "v=0").TakeWhile(line => line.Length > 0));
    }

    /// <summary>Ends its standard input: who asks gets no answer.</summary>
    public void CloseInput() => process.CloseInput();

    /// <summary>Waits for the end.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message holds its output.</exception>
    public async Task WaitForSuccessAsync()
    {
        int code = await WaitForExitAsync();
        if (code != 0)
        {
            throw process.Failure($"ended with code {code}");
        }
    }

    public Task<int> WaitForExitAsync() => process.WaitForExitAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
