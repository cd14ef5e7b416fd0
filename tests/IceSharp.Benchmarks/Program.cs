using BenchmarkDotNet.Running;
using IceSharp.Benchmarks.Suites;

// "suite NAME" runs a suite, which prints one JSON object a line; everything else goes to BenchmarkDotNet.
if (args is ["suite", ..])
{
    return SuiteRunner.Run(args.AsSpan(1), Console.Out, Console.Error);
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
