using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>The network of a case, built: servers, routers, two agents that know each other, and what the oracle is told of them.</summary>
internal sealed class SweepNetwork : IDisposable
{
    private readonly SweepCase _case;
    private readonly List<ReplayRecorder> _recorders = [];
    private readonly string? _recordings;
    private readonly SweepServerPark _servers;

    /// <summary>Builds the case.</summary>
    /// <param name="scenario">The case.</param>
    /// <param name="recordings">Directory to record both agents in; null for none.</param>
    public SweepNetwork(SweepCase scenario, string? recordings)
    {
        _recordings = recordings;
        _case = scenario;
        Network = new VirtualNetwork(scenario.Seed);
        _servers = new SweepServerPark(Network, scenario.ServerLink);
        VirtualSegment outside = scenario.SharedNat is { } shared ? Network.AddNat("shared", shared, "203.0.113.100").Inside : Network.Internet;
        Pair = new VirtualPair(Agent(1, outside), Agent(2, outside))
        {
            Signalling = scenario.Signalling,
            SignallingDelay = scenario.SignallingDelay,
            TrickleSpread = scenario.TrickleSpread,
        };
    }

    public VirtualNetwork Network { get; }

    public VirtualPair Pair { get; }

    /// <summary>The streams and components that each have a pair of their own.</summary>
    public (int Stream, int Component)[] Parts => _case.Streams switch
    {
        SweepStreams.OneWithRtcp => [(0, 1), (0, 2)],
        SweepStreams.Two => [(0, 1), (1, 1)],
        _ => [(0, 1)],
    };

    public VirtualAgent[] Agents => [Pair.Offerer, Pair.Answerer];

    /// <summary>What the topology says now, with the offerer controlling and with the answerer.</summary>
    /// <param name="restart">The restart whose session is asked about; null for the first session.</param>
    public ConnectivityOracle[] Oracles(SweepRestart? restart)
    {
        // Who describes itself with all candidates has gathered before it checks; who answers gathers while it checks.
        bool trickle = _case.Signalling == SignallingStyle.Trickle;
        OraclePeer offerer = _servers.Describe(Pair.Offerer.Host, _case.OffererServers, _case.OffererAccess, _case.OffererSurplus);
        OraclePeer answerer = _servers.Describe(Pair.Answerer.Host, _case.AnswererServers, _case.AnswererAccess, _case.AnswererSurplus);
        offerer = offerer with { GathersDuringChecks = trickle || restart is { ByAnswerer: true }, TricklesCandidates = trickle };
        answerer = answerer with { GathersDuringChecks = trickle || restart is null or { ByOfferer: true }, TricklesCandidates = trickle };
        return [new ConnectivityOracle(offerer, answerer), new ConnectivityOracle(answerer, offerer)];
    }

    /// <summary>The formula for a session.</summary>
    public OracleTiming Timing(ConnectivityOracle oracle) => new()
    {
        // Direct paths cross both access links, relayed ones the servers' twice over as well.
        RoundTrip = 2 * (_case.OffererLink.Delay + _case.AnswererLink.Delay + (4 * _case.ServerLink.Delay)),
        SignallingDelay = _case.SignallingDelay + _case.TrickleSpread,
        Checklist = Parts.Length * oracle.LargestChecklist,
        Servers = Parts.Length * 2 * (_case.OffererSurplus.HasSecondServers || _case.AnswererSurplus.HasSecondServers ? 2 : 1) * Agents.Max(a => a.Host.Interfaces.Count),
        Silence = _case.OffererAccess.IsBlocked || _case.AnswererAccess.IsBlocked ? new IceAgentMachineOptions().GatheringTimeout : TimeSpan.Zero,
        RoundTripsToConnect = _case.OffererAccess.UsesStreams || _case.AnswererAccess.UsesStreams ? 2 : 0,
    };

    /// <summary>Puts an agent's host into another network: its old interface is gone.</summary>
    public void Move(VirtualAgent agent, NatBehaviour? nat)
    {
        int index = agent == Pair.Offerer ? 1 : 2;
        VirtualInterface old = agent.Host.Interfaces[0];
        VirtualSegment? segment = nat is null ? null : Network.AddNat($"{agent.Host.Name}'s other NAT", nat, $"203.0.113.{200 + index}").Inside;
        agent.Host.AddInterface(IpAddress.Parse(nat is null ? $"203.0.113.{210 + index}" : $"192.168.{50 + index}.2"), segment, old.Link);
        agent.Host.RemoveInterface(old);
    }

    public void Dispose()
    {
        _recorders.ForEach(r => r.Dispose());
        Pair.Dispose();
        _servers.Dispose();
    }

    private VirtualAgent Agent(int index, VirtualSegment outside)
    {
        bool offers = index == 1;
        string name = offers ? "offerer" : "answerer";
        (IReadOnlyList<NatBehaviour> nats, SweepAccess access, SweepSurplus surplus) = offers
            ? (_case.OffererNats, _case.OffererAccess, _case.OffererSurplus)
            : (_case.AnswererNats, _case.AnswererAccess, _case.AnswererSurplus);
        VirtualHost host = Host(name, index, outside, nats, access, offers ? _case.OffererLink : _case.AnswererLink);
        if (surplus.HasSecondInterface)
        {
            VirtualSegment? other = surplus.SecondNat is { } nat ? Network.AddNat($"{name}'s second NAT", nat, $"203.0.113.{150 + index}").Inside : null;
            host.AddInterface(IpAddress.Parse(other is null ? $"203.0.113.{160 + index}" : $"192.168.{60 + index}.2"), other, host.Interfaces[0].Link);
        }

        VirtualAgent agent = new(host, new IceAgentMachineOptions
        {
            Role = offers ? _case.OffererRole : _case.AnswererRole,
            Servers = _servers.Configure(offers ? _case.OffererServers : _case.AnswererServers, access, surplus),
            Journal = Record(name),
        });
        agent.AddDataStream("0", _case.Streams == SweepStreams.OneWithRtcp ? 2 : 1);
        if (_case.Streams == SweepStreams.Two)
        {
            agent.AddDataStream("1");
        }

        return agent;
    }

    private VirtualHost Host(string name, int index, VirtualSegment outside, IReadOnlyList<NatBehaviour> nats, SweepAccess access, LinkOptions link)
    {
        VirtualSegment front = outside;
        string prefix = outside == Network.Internet ? $"198.18.{index}." : $"100.65.{index}.";
        if (access.Firewall is { } rules)
        {
            front = Network.AddFirewall($"{name}'s firewall", rules, $"{prefix}0/24", outside: outside).Inside;
        }

        string External(VirtualSegment segment, int level) =>
            segment == front && front != outside ? $"{prefix}{10 + level}"
            : segment == Network.Internet ? $"203.0.113.{(10 * index) + level}"
            : $"100.64.{level}.{index}";

        VirtualSegment inside = front;
        for (int level = nats.Count - 1; level >= 0; level--)
        {
            inside = Network.AddNat($"{name}'s NAT {level}", nats[level], External(inside, level), inside).Inside;
        }

        string address = nats.Count == 0 ? External(inside, 9) : _case.SameAddress ? "192.168.1.2" : $"192.168.{index}.2";
        return Network.AddHost(name, address, inside, link);
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
}
