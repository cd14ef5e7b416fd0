using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A NAT between a segment of its own (<see cref="Inside"/>) and another one (<see cref="Outside"/>).</summary>
/// <remarks>Made by <see cref="VirtualNetwork.AddNat"/>. It translates one IP family, that of its external address.</remarks>
public sealed class Nat : ISegmentNode
{
    private readonly VirtualNetwork _network;
    private readonly NatMappingTable _mappings;

    internal Nat(VirtualNetwork network, string name, NatBehaviour behaviour, IpAddress externalAddress, VirtualSegment outside)
    {
        if (behaviour.LastPort < behaviour.FirstPort)
        {
            throw new ArgumentException($"The NAT '{name}' has no ports: {behaviour.FirstPort} to {behaviour.LastPort}.", nameof(behaviour));
        }

        _network = network;
        Name = name;
        Behaviour = behaviour;
        ExternalAddress = externalAddress;
        Outside = outside;
        Inside = new VirtualSegment(network, $"inside {name}") { Gateway = this };
        Inner = new InnerSide(this);
        _mappings = new NatMappingTable(behaviour, externalAddress, network.Random.Derive($"nat {name}"));
        outside.Attach(externalAddress, this);
    }

    /// <summary>The name, for traces.</summary>
    public string Name { get; }

    /// <summary>How it maps and filters.</summary>
    public NatBehaviour Behaviour { get; }

    /// <summary>Its address on the outside.</summary>
    public IpAddress ExternalAddress { get; }

    /// <summary>The segment behind it: give it to hosts and to further NATs.</summary>
    public VirtualSegment Inside { get; }

    /// <summary>The segment in front of it.</summary>
    public VirtualSegment Outside { get; }

    /// <summary>The link on its outside; may be replaced at any time.</summary>
    public LinkOptions Link
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(value));
    } = LinkOptions.Perfect;

    /// <summary>Number of mappings that live now.</summary>
    public int MappingCount => _mappings.Count(_network.Now);

    internal ISegmentNode Inner { get; }

    /// <summary>Switches it off and on again: every mapping is gone.</summary>
    public void Reboot() => _mappings.Clear();

    /// <summary>The NAT's name.</summary>
    public override string ToString() => Name;

    void ISegmentNode.Receive(VirtualDatagram datagram) => Inbound(datagram, datagram.Source);

    private void Outbound(VirtualDatagram datagram)
    {
        bool hairpin = datagram.Destination.Address == ExternalAddress;
        if (hairpin && Behaviour.Hairpinning == NatHairpinning.None)
        {
            _network.End(datagram, PacketFate.NoHairpin, Name);
            return;
        }

        NatMapping? mapping = _mappings.ForOutbound(_network.Now, datagram.Protocol, datagram.Source, datagram.Destination);
        if (mapping is null)
        {
            _network.End(datagram, PacketFate.PortsExhausted, Name);
            return;
        }

        if (!hairpin)
        {
            datagram.Source = mapping.External;
            Outside.Carry(this, datagram);
            return;
        }

        // The filter always judges the external source (RFC 4787 §6); only what the receiver sees differs.
        TransportAddress shown = Behaviour.Hairpinning == NatHairpinning.ExternalSource ? mapping.External : datagram.Source;
        Inbound(datagram, mapping.External, shown);
    }

    private void Inbound(VirtualDatagram datagram, TransportAddress source) => Inbound(datagram, source, source);

    private void Inbound(VirtualDatagram datagram, TransportAddress source, TransportAddress shownSource)
    {
        MonotonicTime now = _network.Now;
        if (!_mappings.TryFindOutside(now, datagram.Protocol, datagram.Destination.Port, out NatMapping? mapping))
        {
            _network.End(datagram, PacketFate.NoMapping, Name);
            return;
        }

        if (!mapping.Admits(Behaviour.Filtering, source))
        {
            _network.End(datagram, PacketFate.Filtered, Name);
            return;
        }

        if (Behaviour.InboundRefreshes)
        {
            mapping.ExpiresAt = now + Behaviour.MappingLifetime;
        }

        datagram.Source = shownSource;
        datagram.Destination = mapping.Key.Internal;
        Inside.Carry(Inner, datagram);
    }

    /// <summary>The gateway as the inside sees it: no link of its own, hosts have theirs.</summary>
    private sealed class InnerSide(Nat nat) : ISegmentNode
    {
        public string Name => nat.Name;

        public LinkOptions Link => LinkOptions.Perfect;

        public void Receive(VirtualDatagram datagram) => nat.Outbound(datagram);
    }
}
