using System.Diagnostics;

namespace IceSharp.Benchmarks.Suites;

/// <summary>Times several subjects turn by turn in short batches and takes medians, so that a noisy neighbour hits all of them alike.</summary>
internal sealed class MedianOfBatches(int rounds, int batch)
{
    private readonly List<(string Name, Action<int> Subject)> _subjects = [];
    private readonly Dictionary<string, double[]> _nanoseconds = [];
    private readonly Dictionary<string, double> _bytes = [];

    public IEnumerable<string> Names => _subjects.Select(s => s.Name);

    /// <summary>Adds a subject that runs the given number of times by itself: a call through a delegate for each run would cost more than some of them.</summary>
    public void Add(string name, Action<int> subject) => _subjects.Add((name, subject));

    public void Run()
    {
        WarmUp();
        foreach ((string name, Action<int> subject) in _subjects)
        {
            _nanoseconds[name] = new double[rounds];
            long before = GC.GetAllocatedBytesForCurrentThread();
            subject(batch);
            _bytes[name] = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)batch;
        }

        for (int round = 0; round < rounds; round++)
        {
            foreach ((string name, Action<int> subject) in _subjects)
            {
                long start = Stopwatch.GetTimestamp();
                subject(batch);
                _nanoseconds[name][round] = (Stopwatch.GetTimestamp() - start) * 1e9 / Stopwatch.Frequency / batch;
            }
        }
    }

    /// <summary>Median time of one run in nanoseconds.</summary>
    public double Nanoseconds(string name) => Median(_nanoseconds[name]);

    /// <summary>Median of the quotients of both subjects' times in the same round.</summary>
    public double Ratio(string name, string reference) =>
        Median([.. _nanoseconds[name].Zip(_nanoseconds[reference], (a, b) => a / b)]);

    /// <summary>Bytes that one run allocates.</summary>
    public double AllocatedBytes(string name) => _bytes[name];

    // Long enough for the JIT compiler to have optimised everything with what it has seen.
    private void WarmUp()
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1.5))
        {
            foreach ((_, Action<int> subject) in _subjects)
            {
                subject(batch);
            }
        }
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
