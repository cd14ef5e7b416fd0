using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Says where a datagram ends on the topology of a virtual network, without time and without sending it.</summary>
internal sealed class SymbolicNetwork
{
    private const int MaxHops = 16;

    private readonly Dictionary<Nat, SymbolicNat> _nats = [];
    private ushort _lastPort;

    /// <summary>Grows with every mapping and every opened filter: nothing new can be reached when it stands still.</summary>
    public int Size => _nats.Values.Sum(n => n.Size);

    public ushort NewPort() => ++_lastPort;

    /// <summary>Carries a datagram; null when it is dropped on its way.</summary>
    /// <returns>The endpoint that it reaches, in the segment where that stands, and the source that is seen there.</returns>
    public (VirtualInterface At, TransportAddress Destination, TransportAddress Source)? Send(VirtualInterface from, TransportAddress source, TransportAddress destination) =>
        Carry(from.Segment, fromGateway: false, source, destination, 0);

    private (VirtualInterface, TransportAddress, TransportAddress)? Carry(VirtualSegment segment, bool fromGateway, TransportAddress source, TransportAddress destination, int hops)
    {
        if (hops > MaxHops)
        {
            return null;
        }

        return segment.Find(destination.Address) switch
        {
            VirtualInterface reached => (reached, destination, source),
            Nat nat => Inbound(nat, source, source, destination, hops),
            _ when segment.Gateway is { } gateway && !fromGateway => Outbound(gateway, source, destination, hops),
            _ => null,
        };
    }

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
            return Carry(nat.Outside, fromGateway: false, external, destination, hops + 1);
        }

        TransportAddress shown = nat.Behaviour.Hairpinning == NatHairpinning.InternalSource ? source : external;
        return Inbound(nat, external, shown, destination, hops);
    }

    private (VirtualInterface, TransportAddress, TransportAddress)? Inbound(Nat nat, TransportAddress judged, TransportAddress shown, TransportAddress destination, int hops) =>
        Of(nat).Admit(judged, destination.Port) is { } inside ? Carry(nat.Inside, fromGateway: true, shown, inside, hops + 1) : null;

    private SymbolicNat Of(Nat nat)
    {
        if (!_nats.TryGetValue(nat, out SymbolicNat? known))
        {
            known = new SymbolicNat(nat);
            _nats.Add(nat, known);
        }

        return known;
    }
}
