using System.Collections.Concurrent;
using IceSharp.Interop.Tests.Matrix;
using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Peers;

/// <summary>The closed list of peers and tools that interop tests may need. A name that is not here is a mistake in the test.</summary>
internal static class PeerCatalog
{
    private static readonly ConcurrentDictionary<string, Lazy<string?>> Obstacles = new(StringComparer.Ordinal);

    public static IReadOnlyList<Peer> All { get; } =
    [
        new("aioice", () => FirstOf(ToolPath.Obstacle("python3", "python3-aioice"), MissingFile("/usr/lib/python3/dist-packages/aioice", "python3-aioice"))),
        new("chromium", () => FirstOf(ToolPath.Obstacle("chromium", "chromium"), ToolPath.Obstacle("node", "nodejs"), MissingNodePackage("playwright-core"))),
        new("coturn", () => ToolPath.Obstacle("turnserver", "coturn")),
        new("libjuice", () => FirstOf(ToolPath.Obstacle("node", "nodejs"), MissingNodePackage("node-datachannel"))),
        new("libnice", () => FirstOf(ToolPath.Obstacle("gcc", "gcc"), ToolPath.Obstacle("pkg-config", "pkg-config"), MissingFile("/usr/include/nice/agent.h", "libnice-dev"))),
        new("namespaces", NamespaceSupport.FindObstacle),
        new("pion", () => FirstOf(ToolPath.Obstacle("go", "golang-go"), MissingFile("/usr/share/gocode/src/github.com/pion/ice/v2", "golang-github-pion-ice.v2-dev"))),
        new("sqlite3", () => ToolPath.Obstacle("sqlite3", "sqlite3")),
        new("timeout", () => ToolPath.Obstacle("timeout", "coreutils")),
        new("tshark", () => ToolPath.Obstacle("tshark", "tshark")),
    ];

    /// <summary>Whether a missing peer fails its tests: <c>ICESHARP_REQUIRE_PEERS=1</c>, which CI sets.</summary>
    public static bool PeersAreRequired => Environment.GetEnvironmentVariable("ICESHARP_REQUIRE_PEERS") == "1";

    /// <summary>Why a test that needs these peers cannot run here; null when it can.</summary>
    /// <exception cref="ArgumentException">A name is not in the list.</exception>
    public static string? FindObstacle(IEnumerable<string> names)
    {
        string[] obstacles = [.. names.Select(FindObstacle).OfType<string>()];
        return obstacles.Length == 0 ? null : string.Join("; ", obstacles);
    }

    private static string? FirstOf(params string?[] obstacles) => obstacles.FirstOrDefault(o => o is not null);

    private static string? MissingFile(string path, string debianPackage) =>
        Path.Exists(path) ? null : $"'{path}' is missing (Debian package {debianPackage})";

    private static string? MissingNodePackage(string package) =>
        Path.Exists(PeerPrograms.SourceOf($"node/node_modules/{package}"))
            ? null
            : $"the Node.js package {package} is missing (npm ci in tests/IceSharp.Interop.Tests/Peers/node)";

    // Discovery asks once for each test; the machine does not change in between.
    private static string? FindObstacle(string name)
    {
        Peer peer = All.FirstOrDefault(p => p.Name == name)
            ?? throw new ArgumentException($"'{name}' is no peer of the list: {string.Join(", ", All.Select(p => p.Name))}.", nameof(name));
        string? obstacle = Obstacles.GetOrAdd(name, _ => new Lazy<string?>(peer.FindObstacle)).Value;
        return obstacle is null ? null : $"needs {name}: {obstacle}";
    }
}
