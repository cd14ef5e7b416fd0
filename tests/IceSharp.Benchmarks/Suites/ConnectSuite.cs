using IceSharp.Benchmarks.Datapath;

namespace IceSharp.Benchmarks.Suites;

/// <summary>Time to connect two agents on loopback with host candidates, from the moment both have the other's description.</summary>
internal sealed class ConnectSuite : ISuite
{
    private const int WarmUpRuns = 5;
    private const int Runs = 20;

    public string Name => "connect";

    public void Run(SuiteReport report)
    {
        var first = new List<double>();
        var nominated = new List<double>();
        for (int i = -WarmUpRuns; i < Runs; i++)
        {
            (TimeSpan toFirst, TimeSpan toNominated) = ConnectAsync().GetAwaiter().GetResult();
            if (i >= 0)
            {
                first.Add(toFirst.TotalMilliseconds);
                nominated.Add(toNominated.TotalMilliseconds);
            }
        }

        Report(report, "connect.first-datagram", first);
        Report(report, "connect.nominated", nominated);
    }

    private static void Report(SuiteReport report, string name, List<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        report.Add(name, sorted[sorted.Length / 2], "ms");
        report.Add(name + ".max", sorted[^1], "ms");
    }

    private static async Task<(TimeSpan First, TimeSpan Nominated)> ConnectAsync()
    {
        await using LoopbackPair pair = await LoopbackPair.ConnectAsync();
        return (pair.FirstDatagram, pair.Nominated);
    }
}
