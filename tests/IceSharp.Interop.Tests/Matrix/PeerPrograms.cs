using System.Collections.Concurrent;
using IceSharp.Interop.Tests.Processes;
using static IceSharp.Interop.Tests.Matrix.InteropTwist;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>All rows of the matrix.</summary>
internal static class PeerPrograms
{
    private static readonly TimeSpan BuildDeadline = TimeSpan.FromMinutes(4), ToolDeadline = TimeSpan.FromSeconds(20);

    private static readonly ConcurrentDictionary<string, Lazy<Task<string[]>>> Prepared = new(StringComparer.Ordinal);

    private const string
        NoRestart = "it has no ICE restart", NoLite = "it has no lite mode", NoAggressive = "it has no aggressive nomination",
        LeakyRelay = "its relay-only policy hides its other candidates, yet it still sends checks from its own addresses", NoConflict = "it drops checks that claim its own role, and knows no 487", NoMdns = "it hides no addresses", OneComponent = "it has one component", RoleByOffer = "its role follows from who offers";

    /// <summary>Our own agent.</summary>
    public static PeerProgram Ours { get; } = new()
    {
        Name = "icesharp",
        FindVersionAsync = () => Task.FromResult(typeof(IceAgent).Assembly.GetName().Version!.ToString(3)),
        PrepareAsync = () => Task.FromResult<string[]>(
        [
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? ToolPath.Require("dotnet"), Path.Combine(AppContext.BaseDirectory, "IceSharp.Interop.Peer.dll"),
        ]),
        Lacks = new Dictionary<InteropTwist, string> { [PeerIsAggressive] = NoAggressive, [HiddenAddresses] = NoMdns },
    };

    /// <summary>Those of others.</summary>
    public static IReadOnlyList<PeerProgram> Others { get; } =
    [
        new()
        {
            Name = "aioice",
            FindVersionAsync = () => DebianVersionAsync("python3-aioice"),
            LeaksPastRelay = LeakyRelay,
            // Debian's own Python has Debian's packages.
            PrepareAsync = () => Task.FromResult<string[]>(["/usr/bin/python3", SourceOf("aioice/peer.py")]),
            Lacks = new Dictionary<InteropTwist, string>
            {
                [OurRestart] = NoRestart, [TheirRestart] = NoRestart, [PeerIsLite] = NoLite, [PeerIsAggressive] = NoAggressive, [HiddenAddresses] = NoMdns,
            },
        },
        new()
        {
            Name = "libnice",
            FindVersionAsync = () => DebianVersionAsync("libnice10"),
            PrepareAsync = () => BuildAsync("libnice", async target =>
            {
                string flags = await ChildProcess.RunAsync("pkg-config", ["--cflags", "--libs", "nice"], ToolDeadline);
                string[] words = flags.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                await ChildProcess.RunAsync("gcc", ["-O1", "-Wall", "-o", target, SourceOf("libnice/peer.c"), .. words], BuildDeadline);
            }),
            Lacks = new Dictionary<InteropTwist, string> { [HiddenAddresses] = NoMdns },
        },
        new()
        {
            Name = "pion",
            FindVersionAsync = () => DebianVersionAsync("golang-github-pion-ice.v2-dev"),
            PrepareAsync = () => BuildAsync("pion", target => ChildProcess.RunAsync(
                "env", ["GOPATH=/usr/share/gocode", "GO111MODULE=off", "GOTOOLCHAIN=local", "go", "build", "-o", target, SourceOf("pion/main.go")], BuildDeadline)),
            LacksIpv6Relay = "it reaches TURN servers over IPv4 only",
            Lacks = new Dictionary<InteropTwist, string>
            {
                [BothControlling] = NoConflict, [BothControlled] = NoConflict, [TwoComponents] = OneComponent, [PeerIsAggressive] = NoAggressive,
                [HiddenAddresses] = NoMdns,
            },
        },
        new()
        {
            Name = "libjuice",
            FindVersionAsync = async () => $"node-datachannel {await NodePackageVersionAsync("node-datachannel")}",
            PrepareAsync = () => Task.FromResult<string[]>([ToolPath.Require("node"), SourceOf("node/libdatachannel.mjs")]),
            HasPlainData = false,
            LeaksPastRelay = LeakyRelay,
            Lacks = new Dictionary<InteropTwist, string>
            {
                [CrossedRoles] = RoleByOffer, [OurRestart] = NoRestart, [TheirRestart] = NoRestart, [TwoComponents] = OneComponent,
                [PeerIsLite] = NoLite, [PeerIsAggressive] = NoAggressive, [HiddenAddresses] = NoMdns,
            },
        },
        new()
        {
            Name = "chromium",
            FindVersionAsync = () => DebianVersionAsync("chromium"),
            PrepareAsync = () => Task.FromResult<string[]>([ToolPath.Require("node"), SourceOf("node/chromium.mjs")]),
            HasPlainData = false,
            KnownFailures = new Dictionary<InteropMode, string>
            {
                [new(false, true, false, InteropPath.Host, TheirRestart)] =
                    "one restart in seven does not end: its new ports check our old credentials before our answer is there, and then never check the new ones",
            },
            Lacks = new Dictionary<InteropTwist, string>
            {
                [CrossedRoles] = RoleByOffer, [TwoComponents] = "a browser demands RTCP mux", [PeerIsLite] = NoLite, [PeerIsAggressive] = NoAggressive,
            },
        },
    ];

    /// <summary>All rows, in order.</summary>
    public static IReadOnlyList<PeerProgram> All { get; } = [Ours, .. Others];

    /// <exception cref="ArgumentException">There is no such peer.</exception>
    public static PeerProgram Find(string name) =>
        All.FirstOrDefault(p => p.Name == name) ?? throw new ArgumentException($"There is no peer '{name}'.", nameof(name));

    /// <summary>Where a file of <c>Peers/</c> is: in the sources, where <c>npm</c> installs what the Node.js programs need.</summary>
    public static string SourceOf(string path) => Path.Combine(Repository.Root, "tests", "IceSharp.Interop.Tests", "Peers", path);

    private static Task<string[]> BuildAsync(string name, Func<string, Task> build) => Prepared.GetOrAdd(name, _ => new(async () =>
    {
        string target = Path.Combine(AppContext.BaseDirectory, $"{name}-peer");
        await build(target);
        return [target];
    })).Value;

    private static async Task<string> DebianVersionAsync(string package)
    {
        string version = await ChildProcess.RunAsync("dpkg-query", ["-W", "-f", "${Version}", package], ToolDeadline);
        return version.Split('-')[0];
    }

    private static async Task<string> NodePackageVersionAsync(string package)
    {
        string text = await File.ReadAllTextAsync(SourceOf($"node/node_modules/{package}/package.json"));
        using var parsed = System.Text.Json.JsonDocument.Parse(text);
        return parsed.RootElement.GetProperty("version").GetString()!;
    }
}
