namespace IceSharp.Benchmarks.Suites;

/// <summary>Knows the suites. A new one is a class that implements <see cref="ISuite"/> and a line here.</summary>
internal static class SuiteRunner
{
    private static readonly ISuite[] Suites = [new CodecSuite(), new DatapathSuite(), new ConnectSuite(), new SimulationSuite(), new RelaySuite(), new SweepSuite()];

    public static int Run(ReadOnlySpan<string> names, TextWriter output, TextWriter error)
    {
        ISuite? suite = names.Length == 1 ? Find(names[0]) : null;
        if (suite is null)
        {
            error.WriteLine($"usage: suite {string.Join('|', Suites.Select(s => s.Name))}");
            return 2;
        }

        suite.Run(new SuiteReport(output));
        return 0;
    }

    private static ISuite? Find(string name) => Array.Find(Suites, s => s.Name == name);
}
