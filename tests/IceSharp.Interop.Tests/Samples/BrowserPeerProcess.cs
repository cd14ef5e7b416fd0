using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Samples;

/// <summary>The BrowserPeer sample as a process of its own.</summary>
internal sealed class BrowserPeerProcess : IAsyncDisposable
{
    private const string Listening = "listening on ";

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(120), StartDeadline = TimeSpan.FromSeconds(20);

    // "bin/Debug/net10.0", as this assembly's.
    private static readonly string BuiltAt = Path.GetRelativePath(Path.Combine(Repository.Root, "tests", "IceSharp.Interop.Tests"), AppContext.BaseDirectory);

    private readonly ChildProcess _process;

    private BrowserPeerProcess(ChildProcess process, Uri page)
    {
        _process = process;
        Page = page;
    }

    /// <summary>Where its page is.</summary>
    public Uri Page { get; }

    /// <summary>Where its sessions are.</summary>
    public Uri Session => new UriBuilder(Page) { Scheme = "ws", Path = "/session" }.Uri;

    /// <summary>Everything it has written.</summary>
    public string Output => _process.Output;

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<BrowserPeerProcess> StartAsync(NetworkNamespace? home, params string[] arguments)
    {
        string[] command = [Path.Combine(Repository.Root, "samples", "BrowserPeer", BuiltAt, "BrowserPeer.dll"), "--port", "0", .. arguments];
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? ToolPath.Require("dotnet");
        ChildProcess process = home?.Start(dotnet, command, Lifetime) ?? ChildProcess.Start(dotnet, command, Lifetime);
        try
        {
            string line = await process.WaitForLineAsync(l => l.StartsWith(Listening, StringComparison.Ordinal), StartDeadline);
            return new BrowserPeerProcess(process, new Uri(line[Listening.Length..]));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
