using System.Diagnostics;
using System.Globalization;
using IceSharp.Simulation.Tests.Sweep;

namespace IceSharp.Benchmarks.Suites;

/// <summary>As many seeds of the sweep as some minutes give, on all cores: <c>ICESHARP_SWEEP_MINUTES=30</c>, and from <c>ICESHARP_SWEEP_FIRST</c> on.</summary>
internal sealed class SweepSuite : ISuite
{
    private const int MaxReported = 20;

    public string Name => "sweep";

    public void Run(SuiteReport report)
    {
        TimeSpan time = TimeSpan.FromMinutes(Number("ICESHARP_SWEEP_MINUTES", 1));
        long first = (long)Number("ICESHARP_SWEEP_FIRST", 1), next = first - 1, failed = 0;
        Stopwatch watch = Stopwatch.StartNew();
        Parallel.For(0, Environment.ProcessorCount, _ =>
        {
            while (watch.Elapsed < time)
            {
                SweepCase scenario = SweepCase.FromSeed((ulong)Interlocked.Increment(ref next));
                using SweepRun run = new(scenario);
                if (run.Run() is { } wrong && Interlocked.Increment(ref failed) <= MaxReported)
                {
                    Console.Error.WriteLine($"{scenario}\n  {wrong}");
                }
            }
        });

        long seeds = next - first + 1;
        report.Add("sweep.seeds", seeds, "seeds");
        report.Add("sweep.seeds.failed", failed, "seeds");
        report.Add("sweep.rate", seeds / watch.Elapsed.TotalSeconds, "seeds/s");
    }

    private static double Number(string variable, double otherwise) =>
        double.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : otherwise;
}
