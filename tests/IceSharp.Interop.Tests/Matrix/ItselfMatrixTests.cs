using IceSharp.Interop.Tests.Peers;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Our agent with itself.</summary>
[Collection(nameof(CallCollection))]
public sealed class ItselfMatrixTests() : PeerMatrix(PeerPrograms.Find("icesharp"))
{
    [PeerFact("timeout", "namespaces", "coturn")]
    public Task Connects_in_every_mode_of_this_run() => ConnectInEveryModeAsync();
}
