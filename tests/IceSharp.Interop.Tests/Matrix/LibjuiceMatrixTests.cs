using IceSharp.Interop.Tests.Peers;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Our agent with libjuice, through libdatachannel.</summary>
public sealed class LibjuiceMatrixTests() : PeerMatrix(PeerPrograms.Find("libjuice"))
{
    [PeerFact("timeout", "namespaces", "coturn", "libjuice")]
    public Task Connects_in_every_mode_of_this_run() => ConnectInEveryModeAsync();
}
