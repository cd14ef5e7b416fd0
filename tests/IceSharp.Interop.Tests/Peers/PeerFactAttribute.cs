using Xunit.Sdk;

namespace IceSharp.Interop.Tests.Peers;

/// <summary>A test that needs peers or tools of <see cref="PeerCatalog"/>: without them it is skipped with the reason, or fails with it where <c>ICESHARP_REQUIRE_PEERS=1</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("IceSharp.Interop.Tests.Peers.PeerFactDiscoverer", "IceSharp.Interop.Tests")]
internal sealed class PeerFactAttribute : FactAttribute
{
    public PeerFactAttribute(params string[] peers)
    {
        Obstacle = PeerCatalog.FindObstacle(peers);
        Skip = PeerCatalog.PeersAreRequired ? null : Obstacle;
    }

    public string? Obstacle { get; }
}
