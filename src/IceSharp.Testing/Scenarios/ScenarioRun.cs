using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>One run of a scenario with machines: events at their times, invariants after every step, expectations, agreement at the end.</summary>
internal sealed class ScenarioRun
{
    private readonly Scenario _scenario;
    private readonly ScenarioWorld _world;
    private readonly List<VirtualPair> _pairs = [];
    private readonly List<string> _failures = [];
    private readonly List<(MonotonicTime At, string What)> _happened = [];

    private ScenarioRun(Scenario scenario, ScenarioWorld world)
    {
        _scenario = scenario;
        _world = world;
    }

    /// <summary>Runs it.</summary>
    /// <param name="scenario">A scenario without contradictions.</param>
    /// <param name="recordings">Directory to record each agent in; null for none.</param>
    public static ScenarioResult Run(Scenario scenario, string? recordings)
    {
        Dictionary<string, ReplayRecorder> recorders = [];
        List<string> files = [];
        IAgentJournal? Record(string peer)
        {
            if (recordings is null)
            {
                return null;
            }

            files.Add(Path.Combine(recordings, $"{FileName(peer)}{ReplayFormat.Extension}"));
            return recorders[peer] = ReplayRecorder.ToFile(files[^1]);
        }

        using ScenarioWorld world = new(scenario);
        world.AddAgents(Record);
        ScenarioRun run = new(scenario, world);
        run.Execute();
        foreach (ReplayRecorder recorder in recorders.Values)
        {
            recorder.Dispose();
        }

        return new ScenarioResult(scenario, run._failures, world.Network.Trace, files, ScenarioTimeline.Create(world, run._happened));
    }

    private static string FileName(string peer) => string.Concat(peer.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));

    private void Execute()
    {
        foreach (ScenarioCall call in _scenario.Calls)
        {
            VirtualPair pair = new(_world.Agent(call.Offerer), _world.Agent(call.Answerer)) { Signalling = call.Signalling, SignallingDelay = call.SignallingDelay };
            _pairs.Add(pair);
            Schedule(call.At, call.Statement, pair.Start);
        }

        foreach (ScenarioEvent happening in _scenario.Events)
        {
            Schedule(happening.At, happening.Statement, () => happening.Action(_world));
        }

        foreach (ScenarioExpectation expectation in _scenario.Expectations.Where(e => e.At is not null))
        {
            _world.Network.Schedule(MonotonicTime.Zero + expectation.At!.Value, () => Judge(expectation));
        }

        try
        {
            _world.Network.RunFor(_scenario.Duration);
        }
        catch (InvariantViolationException broken)
        {
            _failures.AddRange(broken.Violations.Select(v => $"{v}"));
            return;
        }

        foreach (ScenarioExpectation expectation in _scenario.Expectations.Where(e => e.At is null))
        {
            Judge(expectation);
        }

        foreach (VirtualPair pair in _pairs.Where(p => p.IsCompleted))
        {
            if (PairAgreement.Difference(pair.Offerer, pair.Answerer) is { } difference)
            {
                _failures.Add($"{pair.Offerer.Host.Name} and {pair.Answerer.Host.Name} do not agree: {difference}");
            }
        }
    }

    private void Schedule(TimeSpan at, ScenarioStatement statement, Action action) => _world.Network.Schedule(MonotonicTime.Zero + at, () =>
    {
        _happened.Add((_world.Network.Now, statement.Text));
        action();
    });

    private void Judge(ScenarioExpectation expectation)
    {
        if (expectation.Judge(_world) is { } wrong)
        {
            _failures.Add($"{expectation.Statement}: {wrong}");
        }
    }
}
