using IceSharp.Interop.Tests.Peers;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Our agent with the agent of aioice.</summary>
public sealed class AioiceMatrixTests() : PeerMatrix(PeerPrograms.Find("aioice"))
{
    [PeerFact("timeout", "namespaces", "coturn", "aioice")]
    public Task Connects_in_every_mode_of_this_run() => ConnectInEveryModeAsync();
}
