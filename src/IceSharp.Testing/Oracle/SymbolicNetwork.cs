using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Says where a datagram ends on the topology of a virtual network, without time and without sending it.</summary>
internal sealed class SymbolicNetwork
{
    private const int MaxHops = 16;

    private readonly Dictionary<Nat, SymbolicNat> _nats = [];
    private readonly Dictionary<Firewall, SymbolicFirewall> _firewalls = [];
    private ushort _lastPort;

    /// <summary>Grows with every mapping and every opened filter: nothing new can be reached when it stands still.</summary>
    public int Size => _nats.Values.Sum(n => n.Size) + _firewalls.Values.Sum(f => f.Size);

    public ushort NewPort() => ++_lastPort;

    /// <summary>Carries a datagram; null when it is dropped on its way.</summary>
    /// <returns>The endpoint that it reaches, in the segment where that stands, and the source that is seen there.</returns>
    public (VirtualInterface At, TransportAddress Destination, TransportAddress Source)? Send(VirtualInterface from, TransportAddress source, TransportAddress destination) =>
        Carry(from.Segment, null, source, destination, 0);

    /// <summary>Whether a stream can be opened to a server. NATs let all of them out, and their answers in.</summary>
    public bool Connects(VirtualInterface from, TransportAddress destination, VirtualInterface server)
    {
        VirtualSegment segment = from.Segment;
        ISegmentGateway? crossed = null;
        for (int hops = 0; hops <= MaxHops; hops++)
        {
            if (segment.Lookup(destination.Address) is { } reached)
            {
                return reached == server;
            }

            crossed = WayOut(segment, crossed, destination);
            if (crossed is null || (crossed is Firewall firewall && !Of(firewall).LetsStreamOut(destination.Port)))
            {
                return false;
            }

            segment = crossed.Outside;
        }

        return false;
    }

    private (VirtualInterface, TransportAddress, TransportAddress)? Carry(VirtualSegment segment, ISegmentGateway? from, TransportAddress source, TransportAddress destination, int hops)
    {
        if (hops > MaxHops)
        {
            return null;
        }

        return segment.Lookup(destination.Address) switch
        {
            VirtualInterface reached => (reached, destination, source),
            Nat nat => Inbound(nat, source, source, destination, hops),
            Firewall firewall => Of(firewall).LetsIn(source, destination) ? Carry(firewall.Inside, firewall, source, destination, hops + 1) : null,
            _ => WayOut(segment, from, destination) switch
            {
                Nat nat => Outbound(nat, source, destination, hops),
                Firewall firewall => Of(firewall).LetsOut(source, destination) ? Carry(firewall.Outside, firewall, source, destination, hops + 1) : null,
                _ => null,
            },
        };
    }

    private static ISegmentGateway? WayOut(VirtualSegment segment, ISegmentGateway? from, TransportAddress destination) =>
        segment.Gateways.FirstOrDefault(g => g != from && g.LeadsTo(destination.Address));

    private (VirtualInterface, TransportAddress, TransportAddress)? Outbound(Nat nat, TransportAddress source, TransportAddress destination, int hops)
    {
        bool hairpin = destination.Address == nat.ExternalAddress;
        if (hairpin && nat.Behaviour.Hairpinning == NatHairpinning.None)
        {
            return null;
        }

        TransportAddress external = Of(nat).Translate(source, destination, NewPort);
        if (!hairpin)
        {
            return Carry(nat.Outside, nat, external, destination, hops + 1);
        }

        TransportAddress shown = nat.Behaviour.Hairpinning == NatHairpinning.InternalSource ? source : external;
        return Inbound(nat, external, shown, destination, hops);
    }

    private (VirtualInterface, TransportAddress, TransportAddress)? Inbound(Nat nat, TransportAddress judged, TransportAddress shown, TransportAddress destination, int hops) =>
        Of(nat).Admit(judged, destination.Port) is { } inside ? Carry(nat.Inside, nat, shown, inside, hops + 1) : null;

    private SymbolicNat Of(Nat nat)
    {
        if (!_nats.TryGetValue(nat, out SymbolicNat? known))
        {
            known = new SymbolicNat(nat);
            _nats.Add(nat, known);
        }

        return known;
    }

    private SymbolicFirewall Of(Firewall firewall)
    {
        if (!_firewalls.TryGetValue(firewall, out SymbolicFirewall? known))
        {
            known = new SymbolicFirewall(firewall);
            _firewalls.Add(firewall, known);
        }

        return known;
    }
}
