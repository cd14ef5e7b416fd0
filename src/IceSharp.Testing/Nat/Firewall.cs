using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A router between two segments that translates nothing and lets through what its rules allow. Made by <see cref="VirtualNetwork.AddFirewall"/>.</summary>
public sealed class Firewall : ISegmentNode, ISegmentGateway
{
    private readonly VirtualNetwork _network;
    private readonly IpPrefix _prefix;
    private readonly VirtualLink _link = new(LinkOptions.Perfect);
    private readonly InnerSide _inner;
    private readonly Dictionary<(IpProtocol Protocol, TransportAddress Inside), NatMapping> _flows = [];

    internal Firewall(VirtualNetwork network, string name, FirewallRules rules, IpPrefix prefix, VirtualSegment inside, VirtualSegment outside)
    {
        _network = network;
        _prefix = prefix;
        Name = name;
        Rules = rules;
        Inside = inside;
        Outside = outside;
        _inner = new InnerSide(this);
        outside.Attach(prefix, this);
        inside.Attach(this);
    }

    /// <summary>The name, for traces.</summary>
    public string Name { get; }

    /// <summary>What it lets through; may be replaced at any time. Flows that stand are judged by the new rules.</summary>
    public FirewallRules Rules
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>The segment behind it: give it to hosts, and to NATs for their outside.</summary>
    public VirtualSegment Inside { get; }

    /// <summary>The segment in front of it.</summary>
    public VirtualSegment Outside { get; }

    /// <summary>The link on its outside; may be replaced at any time.</summary>
    public LinkOptions Link
    {
        get => _link.Options;
        set => _link.Options = value ?? throw new ArgumentNullException(nameof(value));
    }

    VirtualLink ISegmentNode.Link => _link;

    ISegmentNode ISegmentGateway.Inner => _inner;

    IpFamily? ISegmentGateway.WayOutFor => _prefix.Address.Family;

    /// <summary>Switches it off and on again: it has forgotten who asked whom.</summary>
    public void Reboot() => _flows.Clear();

    /// <summary>The firewall's name.</summary>
    public override string ToString() => Name;

    bool ISegmentGateway.LeadsTo(IpAddress destination) => destination.Family == _prefix.Address.Family && !_prefix.Contains(destination);

    void ISegmentNode.Receive(VirtualDatagram datagram)
    {
        if (datagram.Protocol == IpProtocol.Icmp ? !Knows(datagram.Icmp!) : !Admits(datagram))
        {
            Refuse(datagram, Outside, this);
            return;
        }

        Inside.Carry(_inner, datagram);
    }

    private void Outbound(VirtualDatagram datagram)
    {
        bool allowed = datagram.Protocol switch
        {
            IpProtocol.Udp => Rules.AllowsUdp,
            IpProtocol.Tcp => Rules.AllowedTcpPorts?.Contains(datagram.Destination.Port) ?? true,
            _ => true,
        };

        // What answers somebody who was let in passes too, whatever its port.
        if (!allowed && !(datagram.Protocol == IpProtocol.Tcp && Rules.AllowsInbound && datagram.StreamPacket!.Kind != StreamPacketKind.Open))
        {
            Refuse(datagram, Inside, _inner);
            return;
        }

        if (datagram.Protocol != IpProtocol.Icmp)
        {
            Remember(datagram);
        }

        Outside.Carry(this, datagram);
    }

    private void Remember(VirtualDatagram datagram)
    {
        var key = (datagram.Protocol, datagram.Source);
        if (!_flows.TryGetValue(key, out NatMapping? flow) || flow.ExpiresAt <= _network.Now)
        {
            flow = new NatMapping(new NatMappingKey(datagram.Protocol, datagram.Source, default), datagram.Source);
            _flows[key] = flow;
        }

        flow.Contact(datagram.Destination);
        flow.ExpiresAt = _network.Now + Lifetime(datagram.Protocol);
    }

    private bool Admits(VirtualDatagram datagram)
    {
        if (datagram.Protocol == IpProtocol.Udp && !Rules.AllowsUdp)
        {
            return false;
        }

        if (_flows.TryGetValue((datagram.Protocol, datagram.Destination), out NatMapping? flow)
            && _network.Now < flow.ExpiresAt && flow.Admits(Rules.Filtering, datagram.Source))
        {
            flow.ExpiresAt = _network.Now + Lifetime(datagram.Protocol);
            return true;
        }

        return Rules.AllowsInbound;
    }

    private bool Knows(IcmpMessage message) =>
        Rules.AllowsInbound || (_flows.TryGetValue((message.About, message.Source), out NatMapping? flow) && _network.Now < flow.ExpiresAt);

    private void Refuse(VirtualDatagram datagram, VirtualSegment towards, ISegmentNode side)
    {
        _network.End(datagram, PacketFate.Blocked, Name);
        if (!Rules.Rejects || datagram.StreamPacket is { Kind: StreamPacketKind.Reset })
        {
            return;
        }

        if (datagram.Protocol == IpProtocol.Tcp)
        {
            towards.Carry(side, new VirtualDatagram(_network.NextDatagramNumber(), _network.Now, datagram.Destination, datagram.Source, [])
            {
                Protocol = IpProtocol.Tcp,
                StreamPacket = new StreamPacket(StreamPacketKind.Reset, 0, 0),
            });
            return;
        }

        _network.Report(datagram, IcmpErrorKind.Prohibited, datagram.Destination.Address, reply => towards.Carry(side, reply));
    }

    private TimeSpan Lifetime(IpProtocol protocol) => protocol == IpProtocol.Tcp ? Rules.TcpFlowLifetime : Rules.UdpFlowLifetime;

    /// <summary>The gateway as the inside sees it: no link of its own, hosts have theirs.</summary>
    private sealed class InnerSide(Firewall firewall) : ISegmentNode
    {
        public string Name => firewall.Name;

        public VirtualLink Link => VirtualLink.None;

        public void Receive(VirtualDatagram datagram) => firewall.Outbound(datagram);
    }
}
