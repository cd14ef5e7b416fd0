using System.Text.Json;

namespace IceSharp.Benchmarks.Suites;

/// <summary>Prints each figure as a line <c>{"name":…,"value":…,"unit":…}</c>.</summary>
internal sealed class SuiteReport(TextWriter output)
{
    public void Add(string name, double value, string unit) =>
        output.WriteLine(JsonSerializer.Serialize(new { name, value = Math.Round(value, 3), unit }));
}
