using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>The topology of a scenario, built: a virtual network with its hosts, NATs, servers and, while machines run in it, agents.</summary>
/// <remarks>Not thread safe.</remarks>
[Experimental("ICE0001")]
public sealed class ScenarioWorld : IDisposable
{
    internal const string Username = "user";
    internal const string Password = "password";

    private readonly Dictionary<string, VirtualHost> _hosts = [];
    private readonly Dictionary<string, Nat> _nats = [];
    private readonly Dictionary<string, VirtualStunTurnServer> _servers = [];
    private readonly Dictionary<string, VirtualAgent> _agents = [];
    private readonly Dictionary<(string Sender, string Receiver), (int Due, int Arrived)> _deliveries = [];

    internal ScenarioWorld(Scenario scenario)
    {
        Scenario = scenario;
        Network = new VirtualNetwork(scenario.Seed);
        foreach (ScenarioNode nat in scenario.Nodes.Where(n => n.Kind == ScenarioNodeKind.Nat))
        {
            AddNat(nat);
        }

        // Interfaces come after their hosts, wherever they were stated.
        foreach (ScenarioNode node in scenario.Nodes.Where(n => n.Kind != ScenarioNodeKind.Nat).OrderBy(n => n.InterfaceOf is not null))
        {
            Add(node);
        }
    }

    /// <summary>What was stated.</summary>
    public Scenario Scenario { get; }

    /// <summary>The network: clock, trace, rules.</summary>
    public VirtualNetwork Network { get; }

    /// <summary>The peers' names.</summary>
    public IEnumerable<string> Peers => Scenario.Peers.Select(p => p.Name);

    /// <summary>A host by its name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public VirtualHost Host(string name) => Find(_hosts, name, "host");

    /// <summary>A NAT by its name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Nat Nat(string name) => Find(_nats, name, "NAT");

    /// <summary>A STUN or TURN server by its name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public VirtualStunTurnServer Server(string name) => Find(_servers, name, "server");

    /// <summary>A peer's agent.</summary>
    /// <exception cref="ArgumentException">There is none, or none of the test kit's own: real agents run.</exception>
    public VirtualAgent Agent(string peer) => Find(_agents, peer, "agent");

    /// <summary>The host that a peer runs on.</summary>
    /// <exception cref="ArgumentException">There is no such peer.</exception>
    public VirtualHost HostOf(string peer) => Host(Peer(peer).Host);

    /// <summary>The servers that a peer uses, as an agent's machine wants them.</summary>
    /// <exception cref="ArgumentException">There is no such peer.</exception>
    public IReadOnlyList<IceServerSettings> ServersOf(string peer) =>
        [.. Peer(peer).Servers.Select(name => Scenario.Nodes.Single(n => n.Name == name)).Select(Settings)];

    /// <summary>Stops agents and servers at once.</summary>
    public void Dispose()
    {
        foreach (VirtualAgent agent in _agents.Values)
        {
            agent.Dispose();
        }

        foreach (VirtualStunTurnServer server in _servers.Values)
        {
            server.Dispose();
        }
    }

    /// <summary>Has the scenario's events happen at their times while the network runs; calls and expectations are not among them. For drivers of agents of their own.</summary>
    public void ScheduleEvents()
    {
        foreach (ScenarioEvent happening in Scenario.Events)
        {
            Network.Schedule(MonotonicTime.Zero + happening.At, () => happening.Action(this));
        }
    }

    /// <summary>Puts a machine on each peer's host.</summary>
    internal void AddAgents(Func<string, IAgentJournal?> journal)
    {
        foreach (ScenarioPeer peer in Scenario.Peers)
        {
            IceAgentMachineOptions options = new() { Servers = ServersOf(peer.Name), Journal = journal(peer.Name) };
            VirtualAgent agent = new(HostOf(peer.Name), peer.Configure?.Invoke(options) ?? options) { KeepsReceived = false };
            agent.AddDataStream();
            _agents.Add(peer.Name, agent);
        }
    }

    internal void BeginSending(string sender, string receiver, TimeSpan every, TimeSpan until)
    {
        (string, string) key = (sender, receiver);
        _deliveries.TryAdd(key, default);
        VirtualAgent from = Agent(sender), to = Agent(receiver);
        to.DataReceiver = _ => _deliveries[key] = (_deliveries[key].Due, _deliveries[key].Arrived + 1);
        MonotonicTime end = MonotonicTime.Zero + until;
        byte[] payload = new byte[20];
        void Send()
        {
            _deliveries[key] = (_deliveries[key].Due + 1, _deliveries[key].Arrived);
            from.TrySend(payload);
            if (Network.Now + every < end)
            {
                Network.After(every, Send);
            }
        }

        Send();
    }

    internal (int Due, int Arrived) Delivery(string sender, string receiver) => _deliveries.GetValueOrDefault((sender, receiver));

    private static T Find<T>(Dictionary<string, T> all, string name, string what) =>
        all.TryGetValue(name, out T? found)
            ? found
            : throw new ArgumentException($"There is no {what} \"{name}\"; there are {string.Join(", ", all.Keys.Select(k => $"\"{k}\"").DefaultIfEmpty("none"))}.", nameof(name));

    private ScenarioPeer Peer(string name) => Find(Scenario.Peers.ToDictionary(p => p.Name), name, "peer");

    private IceServerSettings Settings(ScenarioNode server) => new()
    {
        Kind = server.Kind == ScenarioNodeKind.TurnServer ? IceServerKind.Turn : IceServerKind.Stun,
        Host = server.Address,
        Username = server.Kind == ScenarioNodeKind.TurnServer ? Username : null,
        Password = server.Kind == ScenarioNodeKind.TurnServer ? Password : null,
    };

    private Nat AddNat(ScenarioNode node)
    {
        if (_nats.TryGetValue(node.Name, out Nat? known))
        {
            return known;
        }

        VirtualSegment outside = node.Behind is { } outer ? AddNat(Scenario.Nodes.Single(n => n.Name == outer)).Inside : Network.Internet;
        Nat added = Network.AddNat(node.Name, node.Behaviour!, node.Address, outside, node.Link);
        _nats.Add(node.Name, added);
        return added;
    }

    private void Add(ScenarioNode node)
    {
        VirtualSegment? segment = node.Behind is { } nat ? _nats[nat].Inside : null;
        switch (node)
        {
            case { InterfaceOf: { } host }:
                _hosts[host].AddInterface(IpAddress.Parse(node.Address), segment, node.Link);
                break;
            case { Kind: ScenarioNodeKind.Host }:
                _hosts.Add(node.Name, Network.AddHost(node.Name, node.Address, segment, node.Link));
                break;
            case { Kind: ScenarioNodeKind.TurnServer }:
                StunTurnServerOptions options = node.Server ?? new StunTurnServerOptions();
                options = options with { Users = new Dictionary<string, string>(options.Users) { [Username] = Password } };
                _servers.Add(node.Name, Network.AddServer(node.Name, node.Address, options, node.Link));
                break;
            default:
                _servers.Add(node.Name, Network.AddServer(node.Name, node.Address, link: node.Link));
                break;
        }
    }
}
