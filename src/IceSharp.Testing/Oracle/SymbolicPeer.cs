using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A peer as the oracle sees it: bases and the candidates it can signal.</summary>
internal sealed class SymbolicPeer
{
    private readonly List<SymbolicBase> _bases = [];
    private readonly Dictionary<TransportAddress, IceCandidateType> _candidates = [];

    public SymbolicPeer(OraclePeer told, SymbolicNetwork network)
    {
        Told = told;
        foreach (VirtualInterface via in told.Host.Interfaces)
        {
            SymbolicBase direct = new(this, via, new TransportAddress(via.Address, network.NewPort()), isRelayed: false);
            _bases.Add(direct);
            _candidates.TryAdd(direct.Endpoint, IceCandidateType.Host);
            foreach (VirtualStunTurnServer server in told.StunServers)
            {
                AskForAddress(network, direct, server);
            }

            foreach (VirtualStunTurnServer server in told.TurnServers)
            {
                if (AskForAddress(network, direct, server))
                {
                    Allocate(network, server);
                }
                else if (told.TurnStreams.FirstOrDefault(s => s.Server == server) is { Server: not null } fallback)
                {
                    AllocateOverStream(network, via, fallback);
                }
            }

            foreach (OracleStreamServer server in told.TurnStreams.Where(s => !told.TurnServers.Contains(s.Server)))
            {
                AllocateOverStream(network, via, server);
            }
        }
    }

    public OraclePeer Told { get; }

    public IReadOnlyList<SymbolicBase> Bases => _bases;

    /// <summary>What it signals, with its type.</summary>
    public IReadOnlyDictionary<TransportAddress, IceCandidateType> Candidates => _candidates;

    /// <summary>How many candidates of a type an agent has to tell apart by its own local preferences.</summary>
    public int Choices(IceCandidateType type) => type is IceCandidateType.ServerReflexive or IceCandidateType.Relayed
        ? Told.Host.Interfaces.Count * (Told.StunServers.Count + Told.TurnServers.Union(Told.TurnStreams.Select(s => s.Server)).Count())
        : Told.Host.Interfaces.Count;

    private bool AskForAddress(SymbolicNetwork network, SymbolicBase direct, VirtualStunTurnServer server)
    {
        if (direct.Endpoint.Family != server.Address.Family
            || network.Send(direct.From, direct.Endpoint, server.Address) is not { } arrived
            || arrived.At != server.Host.Interfaces[0])
        {
            return false;
        }

        _candidates.TryAdd(arrived.Source, IceCandidateType.ServerReflexive);
        return true;
    }

    // What the server sees of a stream is no address for UDP.
    private void AllocateOverStream(SymbolicNetwork network, VirtualInterface via, OracleStreamServer server)
    {
        if (via.Address.Family == server.Address.Family && network.Connects(via, server.Address, server.Server.Host.Interfaces[0]))
        {
            Allocate(network, server.Server);
        }
    }

    private void Allocate(SymbolicNetwork network, VirtualStunTurnServer server)
    {
        SymbolicBase relay = new(this, server.Host.Interfaces[0], new TransportAddress(server.Host.Address, network.NewPort()), isRelayed: true);
        _bases.Add(relay);
        _candidates.Add(relay.Endpoint, IceCandidateType.Relayed);
    }
}
