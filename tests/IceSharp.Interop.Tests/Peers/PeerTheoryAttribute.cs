using Xunit.Sdk;

namespace IceSharp.Interop.Tests.Peers;

/// <summary><see cref="PeerFactAttribute"/> with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("IceSharp.Interop.Tests.Peers.PeerTheoryDiscoverer", "IceSharp.Interop.Tests")]
internal sealed class PeerTheoryAttribute : TheoryAttribute
{
    public PeerTheoryAttribute(params string[] peers)
    {
        Obstacle = PeerCatalog.FindObstacle(peers);
        Skip = PeerCatalog.PeersAreRequired ? null : Obstacle;
    }

    public string? Obstacle { get; }
}
