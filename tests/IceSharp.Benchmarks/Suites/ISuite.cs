namespace IceSharp.Benchmarks.Suites;

/// <summary>A program that measures one thing end to end within seconds and reports figures that can be compared by machine.</summary>
internal interface ISuite
{
    /// <summary>What the command line calls it.</summary>
    string Name { get; }

    void Run(SuiteReport report);
}
