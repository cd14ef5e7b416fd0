using System.Diagnostics.Metrics;
using System.Reflection;
using IceSharp.Internal.Diagnostics;
using Microsoft.Extensions.Logging;

namespace IceSharp.Tests.Diagnostics;

/// <summary>The guide lists exactly the names that exist: a name that changes breaks somebody's dashboard.</summary>
public class ObservabilityGuideTests
{
    private static readonly string Guide = File.ReadAllText(FindGuide());

    [Fact]
    public void Instruments_with_their_kinds_and_units_are_the_documented_ones()
    {
        using var factory = new OwnMeterFactory();
        var found = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == AgentMetrics.MeterName && factory.Made.Contains(instrument.Meter))
                {
                    found.Add($"{instrument.Name} {Kind(instrument)} {instrument.Unit}");
                }
            },
        };
        AgentMetrics.For(factory);
        listener.Start();

        found.Should().BeEquivalentTo(Rows("Metrics", 3).Select(r => $"{r[0]} {r[1]} {r[2]}"));
        AgentMetrics.For(factory).Should().BeSameAs(AgentMetrics.For(factory), "one factory, one set of instruments");
    }

    [Fact]
    public void Log_events_with_their_ids_and_levels_are_the_documented_ones()
    {
        IEnumerable<string> found = typeof(Log).GetMethods(BindingFlags.Static | BindingFlags.Public)
            .Select(m => (m.Name, Event: m.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(m => m.Event is not null)
            .Select(m => $"{m.Event!.EventId} {m.Name} {m.Event.Level}");

        found.Should().OnlyHaveUniqueItems().And.BeEquivalentTo(Rows("Logs", 3).Select(r => $"{r[0]} {r[1]} {r[2]}"));
    }

    [Fact]
    public void Activities_are_the_documented_ones() =>
        Rows("Traces", 3).Select(r => r[0]).Should().Equal(AgentObservation.GatherActivity, AgentObservation.ConnectActivity);

    private static string Kind(Instrument instrument) => instrument switch
    {
        UpDownCounter<long> => "up-down counter",
        Counter<long> => "counter",
        Histogram<double> => "histogram",
        ObservableCounter<long> => "observable counter",
        _ => instrument.GetType().Name,
    };

    private static List<string[]> Rows(string section, int columns)
    {
        string text = Guide[Guide.IndexOf($"## {section}", StringComparison.Ordinal)..];
        int end = text.IndexOf("\n## ", 4, StringComparison.Ordinal);
        text = end < 0 ? text : text[..end];
        return [.. text.Split('\n').Where(l => l.StartsWith('|')).Skip(2).Select(l => l.Split('|').Skip(1).Take(columns).Select(c => c.Trim().Trim('`')).ToArray())];
    }

    private static string FindGuide()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "IceSharp.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return Path.Combine(directory ?? ".", "docs", "guide", "observability.md");
    }
}
