using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>Runs a case on a network of its own and compares the outcome with the oracle's.</summary>
internal sealed class SweepRun : IDisposable
{
    // Checks that nobody answers end 39.5 s after their start; the slowest schedule starts them within seconds.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    // 30 s without an answer (RFC 7675 §5.1), the answer that was on its way, and the four requests that have to go unanswered.
    private static readonly TimeSpan ConsentEnds = TimeSpan.FromSeconds(45);

    private readonly List<ReplayRecorder> _recorders = [];
    private readonly string? _recordings;

    private readonly SweepCase _case;
    private readonly VirtualNetwork _network;
    private readonly VirtualStunTurnServer _stun;
    private readonly VirtualStunTurnServer _turn;
    private readonly VirtualPair _pair;
    private MonotonicTime _endedAt;

    /// <summary>Builds the case.</summary>
    /// <param name="scenario">The case.</param>
    /// <param name="recordings">Directory to record both agents in; null for none.</param>
    public SweepRun(SweepCase scenario, string? recordings = null)
    {
        _recordings = recordings;
        _case = scenario;
        _network = new VirtualNetwork(scenario.Seed);
        _turn = _network.AddServer("turn", "192.0.2.1", new StunTurnServerOptions { Users = new Dictionary<string, string> { ["user"] = "password" } }, scenario.ServerLink);
        _stun = _network.AddServer("stun", "192.0.2.2", link: scenario.ServerLink);
        VirtualSegment outside = scenario.SharedNat is { } shared ? _network.AddNat("shared", shared, "203.0.113.100").Inside : _network.Internet;
        VirtualAgent offerer = Agent("offerer", 1, outside, scenario.OffererNats, scenario.OffererLink, scenario.OffererServers, scenario.OffererRole);
        VirtualAgent answerer = Agent("answerer", 2, outside, scenario.AnswererNats, scenario.AnswererLink, scenario.AnswererServers, scenario.AnswererRole);
        _pair = new VirtualPair(offerer, answerer) { Signalling = scenario.Signalling, SignallingDelay = scenario.SignallingDelay };
    }

    /// <summary>The time to nomination as a share of what the oracle allows; 0 before the end and where nothing connects.</summary>
    public double ShareOfTime { get; private set; }

    /// <summary>Runs to the end.</summary>
    /// <returns>What is wrong; null when all is as it must be.</returns>
    public string? Run()
    {
        RunOutcome outcome;
        try
        {
            _pair.Start();
            outcome = _network.RunUntil(() => IsTerminal(_pair.Offerer) && IsTerminal(_pair.Answerer), Limit);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"an exception: {e}";
        }

        _endedAt = _network.Now;
        ConnectivityOracle[] oracles = Oracles();
        string? wrong = outcome == RunOutcome.StepLimit ? "the run does not settle" : Judge(oracles);
        wrong ??= _case.LosesPeer && _pair.IsCompleted ? JudgeConsent() : null;
        return wrong is null ? null : $"{wrong}\n  {_pair.Offerer}; {_pair.Answerer}; {_network.Now}\n  paths: {string.Join("; ", oracles[0].Paths)}";
    }

    public string Timeline() => $"{_case}\n{_pair.ToTimeline()}";

    public void Dispose()
    {
        _recorders.ForEach(r => r.Dispose());
        _pair.Dispose();
        _stun.Dispose();
        _turn.Dispose();
    }

    private string? Judge(ConnectivityOracle[] oracles)
    {
        VirtualAgent[] controlling = [.. new[] { _pair.Offerer, _pair.Answerer }.Where(a => a.Machine.Role == IceRole.Controlling)];
        bool completed = _pair.IsCompleted;
        if (!oracles[0].CanConnect)
        {
            return controlling.Any(a => a.Machine.State != IceConnectionState.Failed) ? "connected where the oracle says that nothing works" : null;
        }

        if (controlling.Length != 1)
        {
            return completed || _case.IsLossless ? "the roles do not agree" : null;
        }

        if (!IsTerminal(controlling[0]))
        {
            return "the controlling side has not come to an end";
        }

        if (!_case.IsLossless)
        {
            return completed ? JudgeAgreement() ?? JudgePath(controlling[0], oracles[0].Paths, oracles[1].Paths) : null;
        }

        return !completed
            ? "did not connect where the oracle says that it can"
            : JudgeAgreement() ?? JudgeSelection(controlling[0], oracles) ?? JudgeTime(oracles[0]);
    }

    // Both talk while one of them is unplugged; the invariants see to it that nothing leaves without consent.
    private string? JudgeConsent()
    {
        try
        {
            _pair.Offerer.Host.Interfaces[0].Link = LinkOptions.Down;
            for (TimeSpan passed = TimeSpan.Zero; passed < ConsentEnds; passed += TimeSpan.FromSeconds(1))
            {
                _pair.Offerer.TrySend("still there?"u8);
                _pair.Answerer.TrySend("still there?"u8);
                _network.RunFor(TimeSpan.FromSeconds(1));
            }
        }
        catch (InvariantViolationException e)
        {
            return e.Message;
        }

        return new[] { _pair.Offerer, _pair.Answerer }.Any(a => a.Machine.GetRoute(0, 1) is not null) ? "a side may still send to a peer that is gone" : null;
    }

    private string? JudgeAgreement()
    {
        // After a nomination that failed on one side alone, the controlled side follows the next one with a check of its own.
        _network.RunUntil(Agree, Limit);
        IceCandidatePairInfo one = Selected(_pair.Offerer), other = Selected(_pair.Answerer);
        if (!one.IsNominated || !other.IsNominated)
        {
            return "a completed side has no nominated pair";
        }

        return Agree() || FollowedInVain() ? null : $"the sides do not agree: {Name(one)} and {Name(other)}";
    }

    private bool Agree()
    {
        IceCandidatePairInfo one = Selected(_pair.Offerer), other = Selected(_pair.Answerer);
        return one.Local.Address == other.Remote.Address && one.Remote.Address == other.Local.Address;
    }

    // Masked with consent: a controlled side whose own check of the second nominated pair never came through keeps the first one.
    private bool FollowedInVain()
    {
        VirtualAgent controlling = _pair.Offerer.Machine.Role == IceRole.Controlling ? _pair.Offerer : _pair.Answerer;
        VirtualAgent controlled = controlling == _pair.Offerer ? _pair.Answerer : _pair.Offerer;
        PairStateChanged? last = controlled.Events.OfType<PairStateChanged>().LastOrDefault(e => e.Pair.Remote.Address == Selected(controlling).Local.Address);
        return !_case.IsLossless && last?.Pair.State == IceCandidatePairState.Failed;
    }

    private string? JudgeSelection(VirtualAgent controlling, ConnectivityOracle[] oracles)
    {
        ConnectivityOracle oracle = controlling == _pair.Offerer ? oracles[0] : oracles[1];
        return JudgePath(controlling, oracle.Selected, oracle.Selected);
    }

    private string? JudgePath(VirtualAgent controlling, IReadOnlyList<OraclePath> ofOfferer, IReadOnlyList<OraclePath> ofAnswerer)
    {
        IReadOnlyList<OraclePath> allowed = controlling == _pair.Offerer ? ofOfferer : ofAnswerer;
        DataRoute route = controlling.Machine.GetRoute(0, 1)!;
        IceCandidatePairInfo pair = route.Pair;
        bool named = allowed.Any(p => p.LocalIsRelayed == route.IsRelayed && p.LocalAddress == pair.Local.Address.Address && p.RemoteAddress == pair.Remote.Address.Address);
        return named
            ? null
            : $"selected {Name(pair)} instead of {string.Join(" or ", allowed)}";
    }

    private string? JudgeTime(ConnectivityOracle oracle)
    {
        TimeSpan allowed = Timing(oracle).ToNomination;
        TimeSpan took = _endedAt - MonotonicTime.Zero;
        ShareOfTime = took / allowed;
        return took <= allowed ? null : $"took {took} instead of at most {allowed}";
    }

    private OracleTiming Timing(ConnectivityOracle oracle) => new()
    {
        // Direct paths cross both access links, relayed ones the servers' twice over as well.
        RoundTrip = 2 * (_case.OffererLink.Delay + _case.AnswererLink.Delay + (4 * _case.ServerLink.Delay)),
        SignallingDelay = _case.SignallingDelay,
        Checklist = oracle.LargestChecklist,
        Servers = 2,
    };

    private ConnectivityOracle[] Oracles()
    {
        bool trickle = _case.Signalling == SignallingStyle.Trickle;
        OraclePeer offerer = Peer(_pair.Offerer, _case.OffererServers) with { GathersDuringChecks = trickle, TricklesCandidates = trickle };
        OraclePeer answerer = Peer(_pair.Answerer, _case.AnswererServers) with { GathersDuringChecks = true, TricklesCandidates = trickle };
        return [new ConnectivityOracle(offerer, answerer), new ConnectivityOracle(answerer, offerer)];
    }

    private OraclePeer Peer(VirtualAgent agent, SweepServers servers) => new(agent.Host)
    {
        StunServers = servers is SweepServers.Stun or SweepServers.Both ? [_stun] : [],
        TurnServers = servers is SweepServers.Turn or SweepServers.Both ? [_turn] : [],
    };

    private static IceCandidatePairInfo Selected(VirtualAgent agent) => agent.Machine.GetRoute(0, 1)!.Pair;

    private static string Name(IceCandidatePairInfo pair) => $"{pair.Local.Type} {pair.Local.Address} - {pair.Remote.Type} {pair.Remote.Address}";

    private static bool IsTerminal(VirtualAgent agent) => agent.Machine.State is IceConnectionState.Completed or IceConnectionState.Failed;

    private VirtualAgent Agent(string name, int index, VirtualSegment outside, IReadOnlyList<NatBehaviour> nats, LinkOptions link, SweepServers servers, IceRole role)
    {
        VirtualSegment segment = outside;
        for (int level = nats.Count - 1; level >= 0; level--)
        {
            segment = _network.AddNat($"{name}'s NAT {level}", nats[level], External(segment, index, level), segment).Inside;
        }

        string address = nats.Count == 0 ? External(segment, index, 9) : _case.SameAddress ? "192.168.1.2" : $"192.168.{index}.2";
        VirtualAgent agent = new(_network.AddHost(name, address, segment, link), new IceAgentMachineOptions { Role = role, Servers = Settings(servers), Journal = Record(name) });
        agent.AddDataStream();
        return agent;
    }

    private ReplayRecorder? Record(string name)
    {
        if (_recordings is null)
        {
            return null;
        }

        _recorders.Add(ReplayRecorder.ToFile(Path.Combine(_recordings, $"seed-{_case.Seed}-{name}.icereplay")));
        return _recorders[^1];
    }

    private string External(VirtualSegment outside, int index, int level) =>
        outside == _network.Internet ? $"203.0.113.{(10 * index) + level}" : $"100.64.{level}.{index}";

    private IReadOnlyList<IceServerSettings> Settings(SweepServers servers)
    {
        IceServerSettings stun = new() { Kind = IceServerKind.Stun, Host = $"{_stun.Host.Address}" };
        IceServerSettings turn = new() { Kind = IceServerKind.Turn, Host = $"{_turn.Host.Address}", Username = "user", Password = "password" };
        return servers switch
        {
            SweepServers.None => [],
            SweepServers.Stun => [stun],
            SweepServers.Turn => [turn],
            _ => [stun, turn],
        };
    }
}
