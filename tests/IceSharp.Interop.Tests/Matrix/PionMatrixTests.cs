using IceSharp.Interop.Tests.Peers;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Our agent with the agent of pion.</summary>
[Collection(nameof(CallCollection))]
public sealed class PionMatrixTests() : PeerMatrix(PeerPrograms.Find("pion"))
{
    [PeerFact("timeout", "namespaces", "coturn", "pion")]
    public Task Connects_in_every_mode_of_this_run() => ConnectInEveryModeAsync();
}
