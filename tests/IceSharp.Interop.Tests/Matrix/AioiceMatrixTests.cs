using IceSharp.Interop.Tests.Peers;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Our agent with the agent of aioice.</summary>
[Collection(nameof(CallCollection))]
public sealed class AioiceMatrixTests() : PeerMatrix(PeerPrograms.Find("aioice"))
{
    [PeerFact("timeout", "namespaces", "coturn", "aioice")]
    public Task Connects_in_every_mode_of_this_run() => ConnectInEveryModeAsync();
}
