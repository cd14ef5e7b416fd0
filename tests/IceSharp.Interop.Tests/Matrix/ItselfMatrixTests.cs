using IceSharp.Interop.Tests.Peers;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Our agent with itself.</summary>
public sealed class ItselfMatrixTests() : PeerMatrix(PeerPrograms.Find("icesharp"))
{
    [PeerFact("timeout", "namespaces", "coturn")]
    public Task Connects_in_every_mode_of_this_run() => ConnectInEveryModeAsync();
}
