using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace IceSharp.Testing;

/// <summary>What came of a run of a scenario.</summary>
[Experimental("ICE0001")]
public sealed class ScenarioResult
{
    private readonly Scenario _scenario;

    internal ScenarioResult(Scenario scenario, IReadOnlyList<string> failures, PacketTrace trace, IReadOnlyList<string> recordings, string timeline)
    {
        _scenario = scenario;
        Failures = failures;
        Trace = trace;
        Recordings = recordings;
        Timeline = timeline;
    }

    /// <summary>Whether all was as expected.</summary>
    public bool IsOk => Failures.Count == 0;

    /// <summary>What was not, one sentence each.</summary>
    public IReadOnlyList<string> Failures { get; }

    /// <summary>Every datagram and its fate; the same seed gives the same trace, byte for byte.</summary>
    public PacketTrace Trace { get; }

    /// <summary>Files with a recording of each agent; they hold passwords of the scenario.</summary>
    public IReadOnlyList<string> Recordings { get; }

    /// <summary>What happened, for people: who sent what to whom and when, over which pair, and what was decided and why.</summary>
    public string Timeline { get; }

    /// <summary>Throws when something was not as expected. Runs the scenario again to record its agents: the second run is the same as the first.</summary>
    /// <exception cref="ScenarioFailedException">Something was not as expected.</exception>
    public void ThrowIfFailed()
    {
        if (IsOk)
        {
            return;
        }

        IReadOnlyList<string> recordings = Recordings.Count > 0 ? Recordings : Record();
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"Scenario \"{_scenario.Name}\" failed with seed {_scenario.Seed}:\n");
        foreach (string failure in Failures)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {failure}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"recordings (secret): {string.Join(", ", recordings)}\ntimeline:\n{Timeline}");
        throw new ScenarioFailedException(text.ToString());
    }

    private IReadOnlyList<string> Record()
    {
        string directory = Directory.CreateTempSubdirectory("icereplay-").FullName;
        return ScenarioRun.Run(_scenario, directory).Recordings;
    }
}
