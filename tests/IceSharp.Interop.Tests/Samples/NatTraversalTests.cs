using IceSharp.Interop.Tests.Coturn;
using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Peers;
using IceSharp.Samples.Media;

namespace IceSharp.Interop.Tests.Samples;

/// <summary>Two programs behind NATs with coturn between them, each in a network of its own, joined by nothing but two files.</summary>
public sealed class NatTraversalTests : IDisposable
{
    private const string CoturnAddress = "203.0.113.10", LeftNat = "203.0.113.21", RightNat = "203.0.113.22";

    private readonly string _directory = Directory.CreateTempSubdirectory("icesharp-nat-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [PeerFact("coturn", "namespaces")]
    public async Task Behind_port_restricted_nats_the_reflexive_addresses_win()
    {
        (string left, string right) = await CallAsync(NatKind.PortRestricted);

        left.Should().StartWith($"srflx {LeftNat}:").And.Contain($"- srflx {RightNat}:");
        right.Should().StartWith($"srflx {RightNat}:").And.Contain($"- srflx {LeftNat}:");
    }

    [PeerFact("coturn", "namespaces")]
    public async Task Behind_symmetric_nats_only_the_relay_works()
    {
        (string left, string right) = await CallAsync(NatKind.Symmetric);

        left.Should().Contain($"relay {CoturnAddress}:");
        right.Should().Contain($"relay {CoturnAddress}:");
    }

    [PeerFact("coturn", "namespaces")]
    public async Task With_relay_only_nothing_else_is_shown_or_used()
    {
        (string left, string right) = await CallAsync(NatKind.PortRestricted, "--relay-only");

        left.Should().StartWith($"relay {CoturnAddress}:").And.Contain($"- relay {CoturnAddress}:");
        right.Should().StartWith($"relay {CoturnAddress}:").And.Contain($"- relay {CoturnAddress}:");
        string descriptions = await File.ReadAllTextAsync(FileOf("offer.sdp")) + await File.ReadAllTextAsync(FileOf("answer.sdp"));
        descriptions.Should().NotContainAny("10.1.0.2", "10.2.0.2", LeftNat, RightNat);
    }

    // Sends a WAV from left to right, checks that it arrives byte for byte, and returns the nominated pairs.
    private async Task<(string Left, string Right)> CallAsync(NatKind kind, params string[] extra)
    {
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        NetworkNamespace home = await lab.AddPublicHostAsync("coturn", CoturnAddress);
        NetworkNamespace left = await lab.AddHostBehindAsync(await lab.AddNatAsync("nat-left", LeftNat, "10.1.0.1", kind), "left");
        NetworkNamespace right = await lab.AddHostBehindAsync(await lab.AddNatAsync("nat-right", RightNat, "10.2.0.1", kind), "right");
        await using CoturnServer coturn = await CoturnServer.StartAsync(new CoturnOptions { Address = CoturnAddress }, home);
        new WaveFile(WaveEncoding.Pcmu, Tone.Pcmu(440, TimeSpan.FromSeconds(1.01))).Write(FileOf("in.wav"));
        string[] servers =
        [
            "--stun", coturn.StunUri, "--turn", coturn.TurnUri, "--user", coturn.Options.User, "--password", coturn.Options.Password, .. extra,
        ];

        await using CopyPastePeerProcess offerer = CopyPastePeerProcess.Start(
            left, ["offer", .. servers, "--out", FileOf("offer.sdp"), "--in", FileOf("answer.sdp"), "--wav", FileOf("in.wav")]);
        await using CopyPastePeerProcess answerer = CopyPastePeerProcess.Start(
            right, ["answer", .. servers, "--out", FileOf("answer.sdp"), "--in", FileOf("offer.sdp"), "--record", FileOf("out.wav")]);
        offerer.CloseInput();
        answerer.CloseInput();
        try
        {
            await Task.WhenAll(offerer.WaitForSuccessAsync(), answerer.WaitForSuccessAsync());
        }
        catch (InvalidOperationException failure)
        {
            throw new InvalidOperationException($"The call failed. coturn says:{Environment.NewLine}{coturn.Log}", failure);
        }

        (await File.ReadAllBytesAsync(FileOf("out.wav"))).Should().Equal(await File.ReadAllBytesAsync(FileOf("in.wav")));
        return (await offerer.WaitForPairAsync(), await answerer.WaitForPairAsync());
    }

    private string FileOf(string name) => Path.Combine(_directory, name);
}
