using IceSharp.Interop.Tests.Peers;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Our agent with the agents of others: a smoke test each, or more of the matrix where <c>ICESHARP_MATRIX</c> asks for it.</summary>
public sealed class MatrixTests(MatrixLabs labs) : IClassFixture<MatrixLabs>
{
    /// <summary>Names of the modes of this run that make sense with a peer.</summary>
    public static TheoryData<string> ModesOf(string peer)
    {
        PeerProgram program = PeerPrograms.Find(peer);
        return [.. InteropModes.OfThisRun.Where(m => program.FindReason(m) is null).Select(m => m.ToString())];
    }

    [PeerTheory("timeout", "namespaces", "coturn")]
    [MemberData(nameof(ModesOf), "icesharp")]
    public Task Itself(string mode) => ConnectAsync("icesharp", mode);

    [PeerTheory("timeout", "namespaces", "coturn", "aioice")]
    [MemberData(nameof(ModesOf), "aioice")]
    public Task Aioice(string mode) => ConnectAsync("aioice", mode);

    [PeerTheory("timeout", "namespaces", "coturn", "libnice")]
    [MemberData(nameof(ModesOf), "libnice")]
    public Task Libnice(string mode) => ConnectAsync("libnice", mode);

    [PeerTheory("timeout", "namespaces", "coturn", "pion")]
    [MemberData(nameof(ModesOf), "pion")]
    public Task Pion(string mode) => ConnectAsync("pion", mode);

    [PeerTheory("timeout", "namespaces", "coturn", "libjuice")]
    [MemberData(nameof(ModesOf), "libjuice")]
    public Task Libjuice(string mode) => ConnectAsync("libjuice", mode);

    [PeerTheory("timeout", "namespaces", "coturn", "chromium")]
    [MemberData(nameof(ModesOf), "chromium")]
    public Task Chromium(string mode) => ConnectAsync("chromium", mode);

    // The session itself checks path, agreement and data, and fails with what both sides wrote.
    private async Task ConnectAsync(string peer, string modeName)
    {
        InteropMode mode = InteropModes.Find(modeName);
        MatrixLab lab = await labs.GetAsync(mode);

        InteropOutcome outcome = await InteropSession.RunAsync(lab, mode, PeerPrograms.Ours, PeerPrograms.Find(peer));

        outcome.Ours.Should().HaveCount(mode.Components);
    }
}
