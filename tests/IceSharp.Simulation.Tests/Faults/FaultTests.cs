using System.Diagnostics;
using Xunit.Abstractions;

namespace IceSharp.Simulation.Tests.Faults;

/// <summary>Known defects of other agents, put into a copy of ours: the scenarios or the sweep find each within a minute.</summary>
/// <remarks>All of them run with <c>ICESHARP_FAULTS=1</c>, which compiles the core a dozen times; what caught each is listed in docs/deliberate-faults.md.</remarks>
public class FaultTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Names => new(Fault.All(FaultCompiler.Directory).Select(f => f.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_defect_quotes_the_code_as_it_stands(string name)
    {
        Dictionary<string, string> sources = FaultCompiler.Sources();

        Find(name).Apply(sources).Should().NotEqual(sources);
    }

    [Fact]
    public void The_scenarios_find_nothing_wrong_with_the_core_itself()
    {
        foreach ((string name, Func<string?> run) in FaultProbe.Scenarios)
        {
            run().Should().BeNull("{0} is a scenario of a sound agent", name);
        }
    }

    [Fact]
    public void What_cannot_be_loaded_is_no_defect_that_was_found()
    {
        FaultProbe.Try(() => throw new InvalidOperationException("the agent")).Should().Be("the agent");
        FluentActions.Invoking(() => FaultProbe.Try(() => throw new TypeInitializationException("some type", new MissingMethodException("not there")))).Should().Throw<TypeInitializationException>();
        FluentActions.Invoking(() => FaultProbe.Try(() => throw new FileNotFoundException("IceSharp.Protocol"))).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Every_defect_stands_in_the_list_with_what_caught_it()
    {
        string list = File.ReadAllText(Repository.File("docs/deliberate-faults.md"));

        Fault.All(FaultCompiler.Directory).Select(f => f.Name).Should().OnlyContain(name => list.Contains($"| `{name}` |", StringComparison.Ordinal));
    }

    [FaultTheory]
    [MemberData(nameof(Names))]
    public void A_defect_is_found_within_a_minute(string name)
    {
        Fault fault = Find(name);
        DirectoryInfo directory = Directory.CreateTempSubdirectory("icesharp-fault-");
        try
        {
            Stopwatch watch = Stopwatch.StartNew();
            string core = FaultCompiler.Compile(fault.Apply(FaultCompiler.Sources()), directory.FullName);
            TimeSpan compiled = watch.Elapsed;
            string? caught = new FaultContext(core).Find(Patience);
            File.AppendAllText(Path.Combine(Path.GetTempPath(), "icesharp-faults.tsv"), $"{fault.Name}\t{fault.Title}\t{caught}\n");
            output.WriteLine($"{fault.Name}: {caught} (compiled in {compiled.TotalSeconds:0.0} s)");
            caught.Should().NotBeNull("'{0}' is a defect that has to show", fault.Title);
            FaultProbe.Repeat(caught!).Should().BeNull("what catches a defect passes without it");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static Fault Find(string name) => Fault.All(FaultCompiler.Directory).Single(f => f.Name == name);
}
