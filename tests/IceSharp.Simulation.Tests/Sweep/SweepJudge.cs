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
            return completed ? JudgeAgreement(patience) ?? JudgePath(controlling[0], oracles[0].Paths, oracles[1].Paths) : null;
        }

        return !completed
            ? "did not connect where the oracle says that it can"
            : JudgeAgreement(patience) ?? JudgeSelection(controlling[0], oracles) ?? JudgeTime(oracles[0], took);
    }

    public static bool IsTerminal(VirtualAgent agent) => agent.Machine.State is IceConnectionState.Completed or IceConnectionState.Failed;

    private string? JudgeAgreement(TimeSpan patience)
    {
        // After a nomination that failed on one side alone, the controlled side follows the next one with a check of its own.
        network.Network.RunUntil(Agree, patience);
        if (!Pair.IsCompleted)
        {
            return scenario.IsLossless ? "a completed side has failed" : null;
        }

        if (network.Agents.Any(a => a.Machine.GetRoute(0, 1) is null))
        {
            return "a completed side cannot send";
        }

        IceCandidatePairInfo one = Selected(Pair.Offerer), other = Selected(Pair.Answerer);
        if (!one.IsNominated || !other.IsNominated)
        {
            return "a completed side has no nominated pair";
        }

        return Agree() ? null : $"the sides do not agree: {Name(one)} and {Name(other)}";
    }

    private bool Agree()
    {
        if (!Pair.IsCompleted)
        {
            return true;
        }

        // A selected pair that was idle for long regains its consent first.
        if (network.Agents.Any(a => a.Machine.GetRoute(0, 1) is null))
        {
            return false;
        }

        IceCandidatePairInfo one = Selected(Pair.Offerer), other = Selected(Pair.Answerer);
        return one.Local.Address == other.Remote.Address && one.Remote.Address == other.Local.Address;
    }

    private string? JudgeSelection(VirtualAgent controlling, ConnectivityOracle[] oracles)
    {
        ConnectivityOracle oracle = controlling == Pair.Offerer ? oracles[0] : oracles[1];
        IReadOnlyList<OraclePath> allowed = scenario.TrickleSpread <= CertainSpread ? oracle.Selected : oracle.Paths;
        return JudgePath(controlling, allowed, allowed);
    }

    private string? JudgePath(VirtualAgent controlling, IReadOnlyList<OraclePath> ofOfferer, IReadOnlyList<OraclePath> ofAnswerer)
    {
        if (controlling.Machine.GetRoute(0, 1) is not { } route)
        {
            return null;
        }

        IReadOnlyList<OraclePath> allowed = controlling == Pair.Offerer ? ofOfferer : ofAnswerer;
        IceCandidatePairInfo pair = route.Pair;
        bool named = allowed.Any(p => p.LocalIsRelayed == route.IsRelayed && p.LocalAddress == pair.Local.Address.Address && p.RemoteAddress == pair.Remote.Address.Address);
        return named
            ? null
            : $"selected {Name(pair)} instead of {string.Join(" or ", allowed)}";
    }

    private string? JudgeTime(ConnectivityOracle oracle, TimeSpan took)
    {
        TimeSpan allowed = network.Timing(oracle).ToNomination;
        ShareOfTime = Math.Max(ShareOfTime, took / allowed);
        return took <= allowed ? null : $"took {took} instead of at most {allowed}";
    }

    private static IceCandidatePairInfo Selected(VirtualAgent agent) => agent.Machine.GetRoute(0, 1)!.Pair;

    private static string Name(IceCandidatePairInfo pair) => $"{pair.Local.Type} {pair.Local.Address} - {pair.Remote.Type} {pair.Remote.Address}";
}
