using IceSharp.Interop.Tests.Peers;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Our agent with libwebrtc in Chromium.</summary>
[Collection(nameof(CallCollection))]
public sealed class ChromiumMatrixTests() : PeerMatrix(PeerPrograms.Find("chromium"))
{
    [PeerFact("timeout", "namespaces", "coturn", "chromium")]
    public Task Connects_in_every_mode_of_this_run() => ConnectInEveryModeAsync();
}
