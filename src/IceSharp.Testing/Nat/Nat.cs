using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A NAT between a segment of its own (<see cref="Inside"/>) and another one (<see cref="Outside"/>).</summary>
/// <remarks>
/// Made by <see cref="VirtualNetwork.AddNat(string, NatBehaviour, string, VirtualSegment?, LinkOptions?)"/> and
/// <see cref="VirtualNetwork.AddNat64"/>. It translates one IP family, that of its external addresses; a NAT64 has IPv6 inside.
/// </remarks>
public sealed class Nat : ISegmentNode, ISegmentGateway
{
    private readonly VirtualNetwork _network;
    private readonly NatAddressPool _pool;
    private readonly NatMappingTable _mappings;
    private readonly VirtualLink _link = new(LinkOptions.Perfect);
    private readonly InnerSide _inner;
    private MonotonicTime _upAgainAt;

    internal Nat(VirtualNetwork network, string name, NatBehaviour behaviour, IReadOnlyList<IpAddress> externalAddresses, VirtualSegment outside, IpPrefix? nat64Prefix)
    {
        if (behaviour.LastPort < behaviour.FirstPort)
        {
            throw new ArgumentException($"The NAT '{name}' has no ports: {behaviour.FirstPort} to {behaviour.LastPort}.", nameof(behaviour));
        }

        SeededRandomSource random = network.Random.Derive($"nat {name}");
        _pool = new NatAddressPool(name, externalAddresses, behaviour.Pooling, random);
        if (nat64Prefix is { } prefix && (prefix.Length != 96 || prefix.Address.Family != IpFamily.IPv6 || ExternalAddress.Family != IpFamily.IPv4))
        {
            throw new ArgumentException($"The NAT64 '{name}' needs an IPv6 prefix of 96 bits and an IPv4 address outside, not {prefix} and {ExternalAddress}.", nameof(nat64Prefix));
        }

        _network = network;
        Name = name;
        Behaviour = behaviour;
        Outside = outside;
        Nat64Prefix = nat64Prefix;
        Inside = new VirtualSegment(network, $"inside {name}");
        _inner = new InnerSide(this);
        Inside.Attach(this);
        _mappings = new NatMappingTable(behaviour, _pool, random);
        foreach (IpAddress address in externalAddresses)
        {
            outside.Attach(address, this);
        }
    }

    /// <summary>The name, for traces.</summary>
    public string Name { get; }

    /// <summary>How it maps and filters.</summary>
    public NatBehaviour Behaviour { get; }

    /// <summary>Its first address on the outside.</summary>
    public IpAddress ExternalAddress => _pool.Addresses[0];

    /// <summary>All its addresses on the outside.</summary>
    public IReadOnlyList<IpAddress> ExternalAddresses => _pool.Addresses;

    /// <summary>The segment behind it: give it to hosts and to further NATs.</summary>
    public VirtualSegment Inside { get; }

    /// <summary>The segment in front of it.</summary>
    public VirtualSegment Outside { get; }

    /// <summary>The link on its outside; may be replaced at any time.</summary>
    public LinkOptions Link
    {
        get => _link.Options;
        set => _link.Options = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Number of mappings that live now.</summary>
    public int MappingCount => _mappings.Count(_network.Now);

    VirtualLink ISegmentNode.Link => _link;

    ISegmentNode ISegmentGateway.Inner => _inner;

    IpFamily? ISegmentGateway.WayOutFor => Nat64Prefix is null ? ExternalAddress.Family : null;

    internal IpPrefix? Nat64Prefix { get; }

    /// <summary>Switches it off and on again: every mapping is gone.</summary>
    /// <param name="offline">How long it is off, and carries nothing; the default is not at all.</param>
    public void Reboot(TimeSpan offline = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offline, TimeSpan.Zero);
        _mappings.Clear();
        _upAgainAt = _network.Now + offline;
    }

    /// <summary>Switches it off and on again, whereupon it has another address: what many an access network does.</summary>
    /// <param name="externalAddress">The only address from then on; free on the outside.</param>
    /// <param name="offline">How long it is off, and carries nothing; the default is not at all.</param>
    /// <exception cref="InvalidOperationException">The address is taken.</exception>
    public void Reboot(IpAddress externalAddress, TimeSpan offline = default)
    {
        Outside.Attach(externalAddress, this);
        foreach (IpAddress old in _pool.Addresses)
        {
            Outside.Detach(old);
        }

        _pool.Replace(externalAddress);
        Reboot(offline);
    }

    /// <summary>The IPv6 address under which a NAT64 takes packets for an IPv4 address (RFC 6052): what a host does that has a literal (RFC 8305 §7.2).</summary>
    /// <param name="v4">The IPv4 address.</param>
    /// <exception cref="InvalidOperationException">It is no NAT64.</exception>
    public IpAddress Synthesize(IpAddress v4) => Nat64Prefix?.Embed(v4) ?? throw new InvalidOperationException($"'{Name}' is no NAT64.");

    /// <summary>The NAT's name.</summary>
    public override string ToString() => Name;

    bool ISegmentGateway.LeadsTo(IpAddress destination) => Nat64Prefix?.Contains(destination) ?? destination.Family == ExternalAddress.Family;

    void ISegmentNode.Receive(VirtualDatagram datagram)
    {
        if (IsRefused(datagram))
        {
            return;
        }

        if (datagram.Protocol == IpProtocol.Icmp)
        {
            InboundError(datagram, datagram.Icmp!);
            return;
        }

        Inbound(datagram, datagram.Source, datagram.Source);
    }

    private void Outbound(VirtualDatagram datagram)
    {
        if (IsRefused(datagram))
        {
            return;
        }

        if (datagram.Protocol == IpProtocol.Icmp)
        {
            OutboundError(datagram, datagram.Icmp!);
            return;
        }

        TransportAddress inside = datagram.Source, destination = Translated(datagram.Destination);
        bool hairpin = _pool.Contains(destination.Address);
        if (hairpin && Behaviour.Hairpinning == NatHairpinning.None)
        {
            _network.End(datagram, PacketFate.NoHairpin, Name);
            return;
        }

        NatMapping? mapping = _mappings.ForOutbound(_network.Now, datagram.Protocol, inside, destination);
        if (mapping is null)
        {
            _network.End(datagram, PacketFate.PortsExhausted, Name);
            return;
        }

        mapping.Observe(datagram.StreamPacket, isInbound: false);
        _mappings.Refresh(mapping, _network.Now);
        datagram.Destination = destination;
        if (Behaviour.RewritesPayloads && datagram.StreamPacket is not { IsEncrypted: true })
        {
            datagram.Bytes = PayloadRewriter.Rewrite(datagram.Bytes, inside.Address, mapping.External.Address);
        }

        if (!hairpin)
        {
            datagram.Source = mapping.External;
            Outside.Carry(this, datagram);
            return;
        }

        // The filter always judges the external source (RFC 4787 §6); only what the receiver sees differs.
        Inbound(datagram, mapping.External, Behaviour.Hairpinning == NatHairpinning.ExternalSource ? mapping.External : inside);
    }

    private void Inbound(VirtualDatagram datagram, TransportAddress source, TransportAddress shownSource)
    {
        NatMapping? mapping = _mappings.FindOutside(_network.Now, datagram.Protocol, datagram.Destination, source);
        if (mapping is null || !mapping.Admits(Behaviour.Filtering, source))
        {
            Refuse(datagram, mapping is null ? PacketFate.NoMapping : PacketFate.Filtered);
            return;
        }

        mapping.Observe(datagram.StreamPacket, isInbound: true);
        if (Behaviour.InboundRefreshes || datagram.Protocol == IpProtocol.Tcp)
        {
            _mappings.Refresh(mapping, _network.Now);
        }

        if (Behaviour.RewritesPayloads && datagram.StreamPacket is not { IsEncrypted: true })
        {
            datagram.Bytes = PayloadRewriter.Rewrite(datagram.Bytes, mapping.External.Address, mapping.Key.Internal.Address);
        }

        datagram.Source = Shown(shownSource);
        datagram.Destination = mapping.Key.Internal;
        Inside.Carry(_inner, datagram);
    }

    private void Refuse(VirtualDatagram datagram, PacketFate fate)
    {
        _network.End(datagram, fate, Name);
        if (datagram.StreamPacket is { Kind: StreamPacketKind.Open } && Behaviour.UnsolicitedTcp == NatUnsolicitedTcp.Reset)
        {
            Outside.Carry(this, new VirtualDatagram(_network.NextDatagramNumber(), _network.Now, datagram.Destination, datagram.Source, [])
            {
                Protocol = IpProtocol.Tcp,
                StreamPacket = new StreamPacket(StreamPacketKind.Reset, 0, 0),
            });
        }
    }

    // An error from outside is about a packet that went out: its source there is one of ours (RFC 5508 §4.2).
    private void InboundError(VirtualDatagram datagram, IcmpMessage message)
    {
        NatMapping? mapping = _mappings.FindOutside(_network.Now, message.About, message.Source, message.Destination);
        if (mapping is null || !Behaviour.PassesIcmp)
        {
            _network.End(datagram, mapping is null ? PacketFate.NoMapping : PacketFate.Filtered, Name);
            return;
        }

        datagram.Source = Shown(datagram.Source);
        datagram.Destination = mapping.Key.Internal;
        datagram.Icmp = message with { Source = mapping.Key.Internal, Destination = Shown(message.Destination) };
        Inside.Carry(_inner, datagram);
    }

    // And one from inside is about a packet that came in: its destination there is somebody behind us.
    private void OutboundError(VirtualDatagram datagram, IcmpMessage message)
    {
        TransportAddress remote = Translated(message.Source);
        NatMapping? mapping = _mappings.FindInside(_network.Now, message.About, message.Destination, remote);
        if (mapping is null || !Behaviour.PassesIcmp)
        {
            _network.End(datagram, mapping is null ? PacketFate.NoMapping : PacketFate.Filtered, Name);
            return;
        }

        datagram.Source = new TransportAddress(mapping.External.Address, 0);
        datagram.Destination = remote;
        datagram.Icmp = message with { Source = remote, Destination = mapping.External };
        Outside.Carry(this, datagram);
    }

    private bool IsRefused(VirtualDatagram datagram)
    {
        PacketFate? fate = _network.Now < _upAgainAt ? PacketFate.RouterDown
            : datagram.Fragments > 1 && Behaviour.Fragments == NatFragments.None ? PacketFate.FragmentsRefused
            : datagram.AreFragmentsOutOfOrder && Behaviour.Fragments == NatFragments.InOrder ? PacketFate.FragmentsRefused
            : null;
        if (fate is { } refused)
        {
            _network.End(datagram, refused, Name);
        }

        return fate is not null;
    }

    private TransportAddress Translated(TransportAddress insideView) =>
        Nat64Prefix is null ? insideView : new TransportAddress(IpPrefix.Extract(insideView.Address), insideView.Port);

    private TransportAddress Shown(TransportAddress outsideView) => Nat64Prefix is { } prefix && outsideView.Family == IpFamily.IPv4
        ? new TransportAddress(prefix.Embed(outsideView.Address), outsideView.Port)
        : outsideView;

    /// <summary>The gateway as the inside sees it: no link of its own, hosts have theirs.</summary>
    private sealed class InnerSide(Nat nat) : ISegmentNode
    {
        public string Name => nat.Name;

        public VirtualLink Link => VirtualLink.None;

        public void Receive(VirtualDatagram datagram) => nat.Outbound(datagram);
    }
}
