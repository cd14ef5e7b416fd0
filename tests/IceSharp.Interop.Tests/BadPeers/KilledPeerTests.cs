using System.Diagnostics;
using IceSharp.Interop.Tests.Matrix;
using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Peers;

namespace IceSharp.Interop.Tests.BadPeers;

/// <summary>Peers that die without a word.</summary>
public sealed class KilledPeerTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30), Lifetime = TimeSpan.FromMinutes(2);

    // 30 s of consent (RFC 7675 §5.1) or 39.5 s of patience (RFC 8863 §4), and some for a busy machine.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(50);

    [PeerFact("timeout", "namespaces", "coturn", "aioice", "libnice", "pion")]
    public async Task A_peer_that_dies_is_reported_in_bounded_time()
    {
        await using MatrixLab lab = await MatrixLab.CreateAsync(hasNats: false, Lifetime);
        await Task.WhenAll(
            [DieBeforeChecksAsync(lab), .. PeerPrograms.All.Where(p => p.HasPlainData).Select(p => DieInCallAsync(lab, p))]);
    }

    [PeerFact("timeout", "namespaces", "coturn")]
    public async Task A_session_that_breaks_off_leaves_no_process_and_no_namespace_behind()
    {
        string[] namespaces = [], processes = [];
        Func<Task> breakOff = async () =>
        {
            await using MatrixLab lab = await MatrixLab.CreateAsync(hasNats: false, Lifetime);
            await using PeerPair peers = await StartAsync(lab, PeerPrograms.Ours);
            peers.ToLeft.Write("gather");
            await peers.Left.WaitAsync(line => line == "end-of-candidates", 0, Step);
            namespaces = [lab.Left.Name, lab.Right.Name];
            processes = [.. await ProcessesInAsync(lab.Left), .. await ProcessesInAsync(lab.Right)];
            peers.Right.Kill();
            await peers.Right.WaitAsync(line => line == "connected", 0, Step);
        };

        await breakOff.Should().ThrowAsync<InvalidOperationException>().WithMessage("*did not come as far*");
        processes.Should().HaveCountGreaterThanOrEqualTo(4, "each side is a program and the timeout that watches it");
        processes.Where(p => Path.Exists($"/proc/{p}")).Should().BeEmpty();
        namespaces.Where(n => Path.Exists($"/run/netns/{n}")).Should().BeEmpty();
    }

    private static async Task DieBeforeChecksAsync(MatrixLab lab)
    {
        await using PeerPair peers = await StartAsync(lab, PeerPrograms.Ours);
        peers.ToLeft.Write("gather");
        peers.ToRight.Write("gather");
        await peers.Left.WaitAsync(line => line == "end-of-candidates", 0, Step);
        await peers.Right.WaitAsync(line => line == "end-of-candidates", 0, Step);
        peers.Right.Kill();
        long start = Stopwatch.GetTimestamp();
        peers.Right.ForwardTo(peers.ToLeft.Write);

        await ReportsAsync(peers, "pair", start);
    }

    private static async Task DieInCallAsync(MatrixLab lab, PeerProgram peer)
    {
        await using PeerPair peers = await StartAsync(lab, peer);
        peers.Left.ForwardTo(peers.ToRight.Write);
        peers.Right.ForwardTo(peers.ToLeft.Write);
        peers.ToLeft.Write("gather");
        await peers.Left.WaitAsync(line => line == "end-of-candidates", 0, Step);
        peers.ToRight.Write("gather");
        await Task.WhenAll(
            peers.Left.WaitAsync(line => line == "connected", 0, Step), peers.Right.WaitAsync(line => line == "connected", 0, Step));
        peers.Right.Kill();
        long start = Stopwatch.GetTimestamp();

        await ReportsAsync(peers, "consent", start);
        peers.Left.Output.Should().Contain("consent of component 1 lost: Expired, last answer at ");
    }

    private static async Task ReportsAsync(PeerPair peers, string word, long start)
    {
        string reason = await peers.Left.WaitForFailureAsync(Bound);
        reason.Should().StartWith("failed ").And.Contain(word, peers.Left.Output);
        Stopwatch.GetElapsedTime(start).Should().BeLessThan(Bound);
    }

    private static Task<PeerPair> StartAsync(MatrixLab lab, PeerProgram peer) => PeerPair.StartAsync(
        $"{peer.Name} dies", (PeerPrograms.Ours, ["--controlling", "--offerer", "--full"], lab.Left), (peer, ["--controlled", "--answerer", "--full"], lab.Right), Lifetime);

    private static async Task<string[]> ProcessesInAsync(NetworkNamespace home) =>
        (await Processes.ChildProcess.RunAsync("ip", ["netns", "pids", home.Name], Step)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
