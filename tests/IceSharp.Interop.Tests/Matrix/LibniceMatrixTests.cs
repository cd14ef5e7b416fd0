using IceSharp.Interop.Tests.Peers;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Our agent with the agent of libnice.</summary>
public sealed class LibniceMatrixTests() : PeerMatrix(PeerPrograms.Find("libnice"))
{
    [PeerFact("timeout", "namespaces", "coturn", "libnice")]
    public Task Connects_in_every_mode_of_this_run() => ConnectInEveryModeAsync();
}
