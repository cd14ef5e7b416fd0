using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The oracle's own idea of a firewall (RFC 6092): flows that never expire.</summary>
/// <remarks>Written from the RFC and not over the firewall of the network, so that the two check each other.</remarks>
internal sealed class SymbolicFirewall(Firewall firewall)
{
    private readonly HashSet<(TransportAddress Inside, TransportAddress Contact)> _contacts = [];

    public int Size => _contacts.Count;

    public bool LetsOut(TransportAddress source, TransportAddress destination)
    {
        if (firewall.Rules.AllowsUdp)
        {
            _contacts.Add((source, destination));
        }

        return firewall.Rules.AllowsUdp;
    }

    public bool LetsIn(TransportAddress source, TransportAddress destination) => firewall.Rules.AllowsUdp
        && (firewall.Rules.AllowsInbound || _contacts.Any(c => c.Inside == destination && IsAnswer(c.Contact, source)));

    public bool LetsStreamOut(ushort port) => firewall.Rules.AllowedTcpPorts?.Contains(port) ?? true;

    private bool IsAnswer(TransportAddress contact, TransportAddress source) => firewall.Rules.Filtering switch
    {
        NatFilteringBehaviour.EndpointIndependent => true,
        NatFilteringBehaviour.AddressDependent => contact.Address == source.Address,
        _ => contact == source,
    };
}
