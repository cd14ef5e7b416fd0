using IceSharp.Interop.Tests.Peers;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Our agent with libwebrtc in Chromium.</summary>
public sealed class ChromiumMatrixTests() : PeerMatrix(PeerPrograms.Find("chromium"))
{
    [PeerFact("timeout", "namespaces", "coturn", "chromium")]
    public Task Connects_in_every_mode_of_this_run() => ConnectInEveryModeAsync();
}
