using System.Collections.Concurrent;
using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Peers;

/// <summary>The closed list of peers and tools that interop tests may need. A name that is not here is a mistake in the test.</summary>
internal static class PeerCatalog
{
    private static readonly ConcurrentDictionary<string, Lazy<string?>> Obstacles = new(StringComparer.Ordinal);

    public static IReadOnlyList<Peer> All { get; } =
    [
        new("coturn", () => ToolPath.Obstacle("turnserver", "coturn")),
        new("namespaces", NamespaceSupport.FindObstacle),
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

    // Discovery asks once for each test; the machine does not change in between.
    private static string? FindObstacle(string name)
    {
        Peer peer = All.FirstOrDefault(p => p.Name == name)
            ?? throw new ArgumentException($"'{name}' is no peer of the list: {string.Join(", ", All.Select(p => p.Name))}.", nameof(name));
        string? obstacle = Obstacles.GetOrAdd(name, _ => new Lazy<string?>(peer.FindObstacle)).Value;
        return obstacle is null ? null : $"needs {name}: {obstacle}";
    }
}
