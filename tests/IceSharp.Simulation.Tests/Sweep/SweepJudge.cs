using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>Compares what came of a session with what the oracle says.</summary>
internal sealed class SweepJudge(SweepCase scenario, SweepNetwork network)
{
    // ADR 0002 gives the peer two turns to spare. An agent cannot know that a candidate of its own is still on its way long after the
    // description that it was told with: it may decide before the peer can check it.
    private static readonly TimeSpan CertainSpread = TimeSpan.FromMilliseconds(100);

    private VirtualPair Pair => network.Pair;

    /// <summary>The time to nomination as a share of what the oracle allows; 0 where nothing connects.</summary>
    public double ShareOfTime { get; private set; }

    /// <summary>Judges a session that has come to its end.</summary>
    /// <param name="oracles">What the topology says, with the offerer controlling and with the answerer.</param>
    /// <param name="took">How long the session took.</param>
    /// <param name="patience">How long to wait for agreement.</param>
    /// <returns>What is wrong; null when all is as it must be.</returns>
    public string? Judge(ConnectivityOracle[] oracles, TimeSpan took, TimeSpan patience)
    {
        VirtualAgent[] controlling = [.. network.Agents.Where(a => a.Machine.Role == IceRole.Controlling)];
        bool completed = Pair.IsCompleted;
        if (!oracles[0].CanConnect)
        {
            return controlling.Any(a => a.Machine.State is IceConnectionState.Connected or IceConnectionState.Completed) ? "connected where the oracle says that nothing works"
                : controlling.Any(a => !IsTerminal(a)) ? "the controlling side has not come to an end where nothing works"
                : null;
        }

        if (controlling.Length != 1)
        {
            return completed || scenario.IsLossless ? "the roles do not agree" : null;
        }

        if (!IsTerminal(controlling[0]))
        {
            return "the controlling side has not come to an end";
        }

        if (!scenario.IsLossless)
        {
            IReadOnlyList<OraclePath> paths = oracles[controlling[0] == Pair.Offerer ? 0 : 1].Paths;
            return completed ? JudgeAgreement(patience) ?? JudgePath(controlling[0], paths, paths) : null;
        }

        return !completed
            ? "did not connect where the oracle says that it can"
            : JudgeAgreement(patience) ?? JudgeSelection(controlling[0], oracles) ?? JudgeTime(oracles[0], took);
    }

    public static bool IsTerminal(VirtualAgent agent) => agent.Machine.State is IceConnectionState.Completed or IceConnectionState.Failed;

    private string? JudgeAgreement(TimeSpan patience)
    {
        // After a nomination that failed on one side alone, the controlled side follows the next one with a check of its own.
        network.Network.RunUntil(() => !Pair.IsCompleted || Difference() is null, patience);
        if (!Pair.IsCompleted)
        {
            return scenario.IsLossless ? "a completed side has failed" : null;
        }

        return Difference();
    }

    private string? Difference()
    {
        // A selected pair that was idle for long regains its consent first.
        bool silent = network.Parts.Any(p => network.Agents.Any(a => a.Machine.GetRoute(p.Stream, p.Component) is null));
        return silent ? "a completed side cannot send"
            : network.Parts.Any(p => network.Agents.Any(a => a.Machine.GetRoute(p.Stream, p.Component) is { Pair.IsNominated: false })) ? "a completed side has no nominated pair"
            : PairAgreement.Difference(Pair.Offerer, Pair.Answerer) is { } difference ? $"the sides do not agree: {difference}"
            : null;
    }

    private string? JudgeSelection(VirtualAgent controlling, ConnectivityOracle[] oracles)
    {
        ConnectivityOracle oracle = controlling == Pair.Offerer ? oracles[0] : oracles[1];
        return JudgePath(controlling, scenario.TrickleSpread <= CertainSpread ? oracle.Selected : oracle.Paths, oracle.Paths);
    }

    // The evidence of ADR 0002 counts the turns of one list that nothing freezes: it is certain for the first component of the first stream.
    private string? JudgePath(VirtualAgent controlling, IReadOnlyList<OraclePath> first, IReadOnlyList<OraclePath> others)
    {
        foreach ((int stream, int component) in network.Parts)
        {
            IReadOnlyList<OraclePath> allowed = (stream, component) == network.Parts[0] ? first : others;
            if (controlling.Machine.GetRoute(stream, component) is { } route && !allowed.Any(p => Takes(route, p)))
            {
                return $"selected {Name(route.Pair)} for stream {stream}, component {component} instead of {string.Join(" or ", allowed)}";
            }
        }

        return null;
    }

    private static bool Takes(DataRoute route, OraclePath path) =>
        path.LocalIsRelayed == route.IsRelayed && path.LocalAddress == route.Pair.Local.Address.Address && path.RemoteAddress == route.Pair.Remote.Address.Address;

    private string? JudgeTime(ConnectivityOracle oracle, TimeSpan took)
    {
        TimeSpan allowed = network.Timing(oracle).ToNomination;
        ShareOfTime = Math.Max(ShareOfTime, took / allowed);
        return took <= allowed ? null : $"took {took} instead of at most {allowed}";
    }

    private static string Name(IceCandidatePairInfo pair) => $"{pair.Local.Type} {pair.Local.Address} - {pair.Remote.Type} {pair.Remote.Address}";
}
