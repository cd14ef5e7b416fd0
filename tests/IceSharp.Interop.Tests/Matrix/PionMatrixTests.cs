using IceSharp.Interop.Tests.Peers;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Our agent with the agent of pion.</summary>
public sealed class PionMatrixTests() : PeerMatrix(PeerPrograms.Find("pion"))
{
    [PeerFact("timeout", "namespaces", "coturn", "pion")]
    public Task Connects_in_every_mode_of_this_run() => ConnectInEveryModeAsync();
}
