using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A part of the virtual network in which every address reaches every other one: the internet, or the inside of a NAT or firewall.</summary>
public sealed class VirtualSegment
{
    private const int MaxHops = 16;

    private readonly Dictionary<IpAddress, ISegmentNode> _nodes = [];
    private readonly List<(IpPrefix Prefix, ISegmentNode Node)> _routes = [];
    private readonly List<ISegmentGateway> _gateways = [];
    private readonly Dictionary<(IpAddress From, IpAddress To), VirtualLink> _paths = [];
    private readonly RouterNode _router;

    internal VirtualSegment(VirtualNetwork network, string name)
    {
        Network = network;
        Name = name;
        _router = new RouterNode(name);
    }

    /// <summary>The name, for traces and messages.</summary>
    public string Name { get; }

    /// <summary>The first NAT that leads out of this segment; null on the internet and where there is none.</summary>
    public Nat? Gateway => _gateways.OfType<Nat>().FirstOrDefault();

    /// <summary>Whether its router answers packets to nowhere with ICMP network unreachable.</summary>
    /// <value>The default is false: they vanish.</value>
    public bool ReportsUnreachable { get; set; }

    internal VirtualNetwork Network { get; }

    internal IReadOnlyList<ISegmentGateway> Gateways => _gateways;

    /// <summary>Sets what happens between two addresses of this segment, on top of their own links, in this direction only.</summary>
    /// <param name="from">Source address as seen in this segment.</param>
    /// <param name="to">Destination address as seen in this segment.</param>
    /// <param name="path">The conditions; null removes them.</param>
    public void SetPath(IpAddress from, IpAddress to, LinkOptions? path)
    {
        if (path is null)
        {
            _paths.Remove((from, to));
            return;
        }

        _paths[(from, to)] = new VirtualLink(path);
    }

    /// <summary>The segment's name.</summary>
    public override string ToString() => Name;

    internal void Attach(IpAddress address, ISegmentNode node)
    {
        if ((Find(address) ?? RouteTo(address)) is { } other)
        {
            throw new InvalidOperationException($"'{node.Name}' cannot have {address} in '{Name}': it belongs to '{other.Name}'.");
        }

        _nodes.Add(address, node);
    }

    internal void Attach(IpPrefix prefix, ISegmentNode node)
    {
        IpAddress? taken = _nodes.Keys.Where(prefix.Contains).Select(a => (IpAddress?)a).FirstOrDefault()
            ?? _routes.Where(r => r.Prefix.Contains(prefix.Address) || prefix.Contains(r.Prefix.Address)).Select(r => (IpAddress?)r.Prefix.Address).FirstOrDefault();
        if (taken is { } address)
        {
            throw new InvalidOperationException(
                $"'{node.Name}' cannot have {prefix} in '{Name}': {address} belongs to '{(Find(address) ?? RouteTo(address))!.Name}'.");
        }

        _routes.Add((prefix, node));
    }

    // The way to one prefix goes before the way to everywhere.
    internal void Attach(ISegmentGateway gateway) => _gateways.Insert(gateway.WayOutFor is null ? 0 : _gateways.Count, gateway);

    internal ISegmentNode? Find(IpAddress address) => _nodes.GetValueOrDefault(address);

    /// <summary>The node or router that an address belongs to; null where only a way out may lead to it.</summary>
    internal ISegmentNode? Lookup(IpAddress address) => Find(address) ?? RouteTo(address);

    internal void Detach(IpAddress address) => _nodes.Remove(address);

    /// <summary>Carries a datagram from a node of this segment to the node that owns the destination, or to the gateway.</summary>
    internal void Carry(ISegmentNode from, VirtualDatagram datagram)
    {
        IpAddress destination = datagram.Destination.Address;
        ISegmentNode? to = Find(destination) ?? RouteTo(destination) ?? GatewayFor(from, destination);
        if (to is null)
        {
            Network.End(datagram, PacketFate.NoRoute, Name);
            if (ReportsUnreachable)
            {
                Network.Report(datagram, IcmpErrorKind.NetworkUnreachable, destination, ReplyFromRouter);
            }

            return;
        }

        if (++datagram.Hops > MaxHops)
        {
            Network.End(datagram, PacketFate.Looped, Name);
            return;
        }

        if (Network.IsDroppedByRule(datagram))
        {
            Network.End(datagram, PacketFate.DroppedByRule, Name);
            return;
        }

        VirtualLink path = _paths.Count == 0 ? VirtualLink.None : _paths.GetValueOrDefault((datagram.Source.Address, destination)) ?? VirtualLink.None;
        if (Network.Links.IsDuplicated(from.Link.Options) || Network.Links.IsDuplicated(path.Options) || Network.Links.IsDuplicated(to.Link.Options))
        {
            Cross(from, path, to, datagram.Copy());
        }

        Cross(from, path, to, datagram);
    }

    private void Cross(ISegmentNode from, VirtualLink path, ISegmentNode to, VirtualDatagram datagram)
    {
        // IPv6 is cut by its sender only (RFC 8200 §4.5), which knows the MTU of its own link.
        bool routersCut = !datagram.DontFragment && datagram.Destination.Family == IpFamily.IPv4;
        bool isFirstLink = datagram.Hops == 1;
        MonotonicTime at = Network.Now;
        LinkTraffic links = Network.Links;
        LinkOptions narrow = from.Link.Options;
        PacketFate? fate = links.Cross(narrow, from.Link.Up, datagram, ref at, routersCut || (isFirstLink && !datagram.DontFragment));
        if (fate is null)
        {
            narrow = path.Options;
            fate = links.Cross(narrow, path.Down, datagram, ref at, routersCut);
        }

        if (fate is null)
        {
            narrow = to.Link.Options;
            fate = links.Cross(narrow, to.Link.Down, datagram, ref at, routersCut);
        }

        if (fate is { } ended)
        {
            Network.End(datagram, ended, Name);
            if (ended == PacketFate.TooBig)
            {
                Network.Report(datagram, IcmpErrorKind.TooBig, datagram.Destination.Address, ReplyFromRouter, narrow.MtuBytes);
            }

            return;
        }

        Network.Schedule(at, () => to.Receive(datagram));
    }

    private ISegmentNode? RouteTo(IpAddress destination)
    {
        foreach ((IpPrefix prefix, ISegmentNode node) in _routes)
        {
            if (prefix.Contains(destination))
            {
                return node;
            }
        }

        return null;
    }

    private ISegmentNode? GatewayFor(ISegmentNode from, IpAddress destination)
    {
        foreach (ISegmentGateway gateway in _gateways)
        {
            if (gateway.Inner != from && gateway.LeadsTo(destination))
            {
                return gateway.Inner;
            }
        }

        return null;
    }

    private void ReplyFromRouter(VirtualDatagram reply) => Carry(_router, reply);

    /// <summary>The router in the middle of the segment; whether it has an address does not matter to anybody.</summary>
    private sealed class RouterNode(string segment) : ISegmentNode
    {
        public string Name => $"router of {segment}";

        public VirtualLink Link => VirtualLink.None;

        public void Receive(VirtualDatagram datagram)
        {
        }
    }
}
