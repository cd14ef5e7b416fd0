using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>The network of a case, built: servers, routers, two agents that know each other, and what the oracle is told of them.</summary>
internal sealed class SweepNetwork : IDisposable
{
    private const string ServerName = "turn.example.org";

    private readonly SweepCase _case;
    private readonly List<ReplayRecorder> _recorders = [];
    private readonly string? _recordings;
    private readonly VirtualStunTurnServer _stun;
    private readonly VirtualStunTurnServer _turn;

    /// <summary>Builds the case.</summary>
    /// <param name="scenario">The case.</param>
    /// <param name="recordings">Directory to record both agents in; null for none.</param>
    public SweepNetwork(SweepCase scenario, string? recordings)
    {
        _recordings = recordings;
        _case = scenario;
        Network = new VirtualNetwork(scenario.Seed);
        _turn = Network.AddServer("turn", "192.0.2.1", new StunTurnServerOptions { Users = new Dictionary<string, string> { ["user"] = "password" } }, scenario.ServerLink);
        _stun = Network.AddServer("stun", "192.0.2.2", link: scenario.ServerLink);
        _turn.ListenForStreams(StreamAddress(StunUriTransport.Tcp));
        _turn.ListenForStreams(StreamAddress(StunUriTransport.Tls), new VirtualCertificate(ServerName));
        Network.AddName(ServerName, $"{_turn.Host.Address}");
        VirtualSegment outside = scenario.SharedNat is { } shared ? Network.AddNat("shared", shared, "203.0.113.100").Inside : Network.Internet;
        VirtualAgent offerer = Agent("offerer", 1, outside, scenario.OffererNats, scenario.OffererLink, scenario.OffererServers, scenario.OffererAccess, scenario.OffererRole);
        VirtualAgent answerer = Agent("answerer", 2, outside, scenario.AnswererNats, scenario.AnswererLink, scenario.AnswererServers, scenario.AnswererAccess, scenario.AnswererRole);
        Pair = new VirtualPair(offerer, answerer) { Signalling = scenario.Signalling, SignallingDelay = scenario.SignallingDelay, TrickleSpread = scenario.TrickleSpread };
    }

    public VirtualNetwork Network { get; }

    public VirtualPair Pair { get; }

    public VirtualAgent[] Agents => [Pair.Offerer, Pair.Answerer];

    /// <summary>What the topology says now, with the offerer controlling and with the answerer.</summary>
    /// <param name="restart">The restart whose session is asked about; null for the first session.</param>
    public ConnectivityOracle[] Oracles(SweepRestart? restart)
    {
        // Who describes itself with all candidates has gathered before it checks; who answers gathers while it checks.
        bool trickle = _case.Signalling == SignallingStyle.Trickle;
        OraclePeer offerer = Peer(Pair.Offerer, _case.OffererServers, _case.OffererAccess) with { GathersDuringChecks = trickle || restart is { ByAnswerer: true }, TricklesCandidates = trickle };
        OraclePeer answerer = Peer(Pair.Answerer, _case.AnswererServers, _case.AnswererAccess) with { GathersDuringChecks = trickle || restart is null or { ByOfferer: true }, TricklesCandidates = trickle };
        return [new ConnectivityOracle(offerer, answerer), new ConnectivityOracle(answerer, offerer)];
    }

    /// <summary>The formula for a session.</summary>
    public OracleTiming Timing(ConnectivityOracle oracle) => new()
    {
        // Direct paths cross both access links, relayed ones the servers' twice over as well.
        RoundTrip = 2 * (_case.OffererLink.Delay + _case.AnswererLink.Delay + (4 * _case.ServerLink.Delay)),
        SignallingDelay = _case.SignallingDelay + _case.TrickleSpread,
        Checklist = oracle.LargestChecklist,
        Servers = 2,
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
        _stun.Dispose();
        _turn.Dispose();
    }

    private OraclePeer Peer(VirtualAgent agent, SweepServers servers, SweepAccess access)
    {
        bool turn = servers is SweepServers.Turn or SweepServers.Both;
        return new OraclePeer(agent.Host)
        {
            StunServers = servers is SweepServers.Stun or SweepServers.Both ? [_stun] : [],
            TurnServers = turn && access.Transports[0] == StunUriTransport.Udp ? [_turn] : [],
            TurnStreams = turn ? [.. access.Transports.Where(t => t != StunUriTransport.Udp).Select(t => new OracleStreamServer(_turn, StreamAddress(t)))] : [],
        };
    }

    // Where firewalls let nothing else out there is TLS on the port of the web.
    private TransportAddress StreamAddress(StunUriTransport transport) => new(_turn.Host.Address, (ushort)(transport == StunUriTransport.Tls ? 443 : VirtualStunTurnServer.DefaultPort));

    private VirtualAgent Agent(string name, int index, VirtualSegment outside, IReadOnlyList<NatBehaviour> nats, LinkOptions link, SweepServers servers, SweepAccess access, IceRole role)
    {
        VirtualSegment segment = outside;
        if (access.Firewall is { } rules)
        {
            segment = Network.AddFirewall($"{name}'s firewall", rules, $"{Prefix(outside, index)}0/24", outside: outside).Inside;
        }

        VirtualSegment front = segment;
        for (int level = nats.Count - 1; level >= 0; level--)
        {
            segment = Network.AddNat($"{name}'s NAT {level}", nats[level], External(segment, front, outside, index, level), segment).Inside;
        }

        string address = nats.Count == 0 ? External(segment, front, outside, index, 9) : _case.SameAddress ? "192.168.1.2" : $"192.168.{index}.2";
        VirtualAgent agent = new(Network.AddHost(name, address, segment, link), new IceAgentMachineOptions { Role = role, Servers = Settings(servers, access), Journal = Record(name) });
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

    private string External(VirtualSegment segment, VirtualSegment front, VirtualSegment outside, int index, int level) =>
        segment == front && front != outside ? $"{Prefix(outside, index)}{10 + level}"
        : segment == Network.Internet ? $"203.0.113.{(10 * index) + level}"
        : $"100.64.{level}.{index}";

    private string Prefix(VirtualSegment outside, int index) => outside == Network.Internet ? $"198.18.{index}." : $"100.65.{index}.";

    private IReadOnlyList<IceServerSettings> Settings(SweepServers servers, SweepAccess access)
    {
        IceServerSettings stun = new() { Kind = IceServerKind.Stun, Host = $"{_stun.Host.Address}" };
        bool secure = access.Transports[0] == StunUriTransport.Tls;
        IceServerSettings turn = new()
        {
            Kind = IceServerKind.Turn,
            Host = secure ? ServerName : $"{_turn.Host.Address}",
            Port = StreamAddress(access.Transports[^1]).Port,
            IsSecure = secure,
            Transports = access.Transports,
            Username = "user",
            Password = "password",
        };
        return servers switch
        {
            SweepServers.None => [],
            SweepServers.Stun => [stun],
            SweepServers.Turn => [turn],
            _ => [stun, turn],
        };
    }
}
