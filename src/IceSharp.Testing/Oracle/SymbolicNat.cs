using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The oracle's own idea of a NAT (RFC 4787 §4 to §6): mappings that never expire, each with a port that stands for itself.</summary>
/// <remarks>Written from the RFC and not over <see cref="NatMappingTable"/>, so that the oracle and the network check each other.</remarks>
internal sealed class SymbolicNat(Nat nat)
{
    private readonly Dictionary<(TransportAddress Inside, IpAddress? Address, int Port), ushort> _ports = [];
    private readonly Dictionary<ushort, TransportAddress> _insides = [];
    private readonly HashSet<(ushort Port, TransportAddress Contact)> _contacts = [];

    public Nat Nat { get; } = nat;

    public int Size => _ports.Count + _contacts.Count;

    /// <summary>The source of a datagram after the NAT; makes the mapping and opens the filter.</summary>
    public TransportAddress Translate(TransportAddress source, TransportAddress destination, Func<ushort> newPort)
    {
        bool byAddress = Nat.Behaviour.Mapping != NatMappingBehaviour.EndpointIndependent;
        bool byPort = Nat.Behaviour.Mapping == NatMappingBehaviour.AddressAndPortDependent;
        var key = (source, byAddress ? destination.Address : (IpAddress?)null, byPort ? destination.Port : 0);
        if (!_ports.TryGetValue(key, out ushort port))
        {
            port = newPort();
            _ports.Add(key, port);
            _insides.Add(port, source);
        }

        _contacts.Add((port, destination));
        return new TransportAddress(Nat.ExternalAddress, port);
    }

    /// <summary>The inside endpoint that a datagram from outside reaches; null when the NAT drops it.</summary>
    public TransportAddress? Admit(TransportAddress source, ushort port)
    {
        if (!_insides.TryGetValue(port, out TransportAddress inside))
        {
            return null;
        }

        bool admitted = Nat.Behaviour.Filtering switch
        {
            NatFilteringBehaviour.EndpointIndependent => true,
            NatFilteringBehaviour.AddressDependent => _contacts.Any(c => c.Port == port && c.Contact.Address == source.Address),
            _ => _contacts.Contains((port, source)),
        };
        return admitted ? inside : null;
    }
}
