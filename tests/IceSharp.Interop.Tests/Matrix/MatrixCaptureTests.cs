using System.Net;
using System.Net.Sockets;
using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Peers;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>That the capture of the matrix can find something.</summary>
public sealed class MatrixCaptureTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    [PeerFact("timeout", "namespaces", "tshark")]
    public async Task Only_a_message_whose_attribute_runs_over_its_end_is_malformed()
    {
        await using NetworkLab network = await NetworkLab.CreateAsync();
        NetworkNamespace left = await network.AddPublicHostAsync("left", "203.0.113.31"), right = await network.AddPublicHostAsync("right", "203.0.113.32");
        await using MatrixCapture capture = await MatrixCapture.StartAsync(network, Lifetime);
        using Socket from = await left.BindUdpAsync("203.0.113.31"), to = await right.BindUdpAsync("203.0.113.32", 40_000);
        Task SendAsync(string attribute) =>
            from.SendToAsync(Convert.FromHexString("00010008" + "2112A442" + "0102030405060708090A0B0C" + attribute), new IPEndPoint(IPAddress.Parse("203.0.113.32"), 40_000));
        await SendAsync("8022004441424344");

        // dumpcap tells what it has written when more comes.
        Task written = capture.WaitAsync(packets: 3);
        for (int i = 0; i < 100 && !written.IsCompleted; i++)
        {
            await SendAsync("8022000441424344");
            await Task.WhenAny(written, Task.Delay(TimeSpan.FromMilliseconds(100)));
        }

        (int messages, IReadOnlyList<string> malformed) = await capture.ReadAsync();

        messages.Should().BeGreaterThan(1);
        malformed.Should().ContainSingle().Which.Should().Contain("80220044");
    }
}
