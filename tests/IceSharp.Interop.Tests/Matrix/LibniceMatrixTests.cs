using IceSharp.Interop.Tests.Peers;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Our agent with the agent of libnice.</summary>
[Collection(nameof(CallCollection))]
public sealed class LibniceMatrixTests() : PeerMatrix(PeerPrograms.Find("libnice"))
{
    [PeerFact("timeout", "namespaces", "coturn", "libnice")]
    public Task Connects_in_every_mode_of_this_run() => ConnectInEveryModeAsync();
}
