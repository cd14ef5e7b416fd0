using IceSharp.Interop.Tests.Peers;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Our agent with libjuice, through libdatachannel.</summary>
[Collection(nameof(CallCollection))]
public sealed class LibjuiceMatrixTests() : PeerMatrix(PeerPrograms.Find("libjuice"))
{
    [PeerFact("timeout", "namespaces", "coturn", "libjuice")]
    public Task Connects_in_every_mode_of_this_run() => ConnectInEveryModeAsync();
}
