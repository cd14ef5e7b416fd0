using System.Diagnostics;
using IceSharp.Interop.Tests.Matrix;
using IceSharp.Interop.Tests.Peers;

namespace IceSharp.Interop.Tests.BadPeers;

/// <summary>Peers that leave their part out: our side waits as long as RFC 8863 asks, and then says what it saw.</summary>
public sealed class SilentPeerTests
{
    private const string
        OtherCredentials = "credentials badp 0123456789abcdefghijklmnop", ClosedPort = "candidate:1 1 udp 2130706431 203.0.113.32 9 typ host",
        NobodyThere = "candidate:2 1 udp 2130706175 203.0.113.99 9 typ host";

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30), Lifetime = TimeSpan.FromMinutes(2);

    // 39.5 s of patience (RFC 8863 §4), and some for a busy machine.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(50);

    // They wait for timers most of their time, so they run at once.
    [PeerFact("timeout", "namespaces", "coturn")]
    public async Task A_peer_that_leaves_its_part_out_is_reported_in_bounded_time()
    {
        await using MatrixLab lab = await MatrixLab.CreateAsync(hasNats: false, Lifetime);
        await Task.WhenAll(
            TellAsync(lab, "all 2 pairs failed", OtherCredentials, ClosedPort, NobodyThere, "end-of-candidates"),
            TellAsync(lab, "No candidate pair was formed", OtherCredentials),
            TellAsync(lab, "No candidate pair was formed", OtherCredentials, "end-of-candidates"),
            TellAsync(lab, "No candidate pair was formed", OtherCredentials, "candidate:1 1 udp 21307", "candidate:2 1 udp 2130706175 203.0.11"));
    }

    [PeerFact("timeout", "namespaces", "coturn")]
    public async Task A_line_cut_in_two_is_noted_and_the_session_stands_on_the_others()
    {
        await using MatrixLab lab = await MatrixLab.CreateAsync(hasNats: false, Lifetime);
        await using PeerPair peers = await PeerPair.StartAsync(
            "a line cut in two", (PeerPrograms.Ours, ["--controlling", "--trickle"], lab.Left), (PeerPrograms.Ours, ["--controlled", "--trickle"], lab.Right), Lifetime);
        peers.Left.ForwardTo(peers.ToRight.Write);
        peers.Right.ForwardTo(line =>
        {
            if (line.StartsWith("candidate:", StringComparison.Ordinal))
            {
                peers.ToLeft.Write(line[..(line.Length / 2)]);
            }

            peers.ToLeft.Write(line);
        });
        peers.ToLeft.Write("gather");
        peers.ToRight.Write("gather");

        await peers.Left.WaitAsync(line => line.StartsWith("note ", StringComparison.Ordinal), 0, Step);
        await peers.Left.WaitAsync(line => line == "connected", 0, Step);
    }

    private static async Task TellAsync(MatrixLab lab, string explanation, params string[] lines)
    {
        await using PeerProcess ours = await PeerProcess.StartAsync(PeerPrograms.Ours, ["--controlling", "--trickle"], lab.Left, Lifetime);
        await ours.WriteAsync("gather");
        await ours.WaitAsync(line => line == "end-of-candidates", 0, Step);
        long start = Stopwatch.GetTimestamp();
        foreach (string line in lines)
        {
            await ours.WriteAsync(line);
        }

        string reason = await ours.WaitForFailureAsync(Bound);
        reason.Should().StartWith("failed ").And.Contain(explanation);
        Stopwatch.GetElapsedTime(start).Should().BeLessThan(Bound);
    }
}
