using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A part of the virtual network in which every address reaches every other one: the internet, or the inside of a NAT.</summary>
public sealed class VirtualSegment
{
    private const int MaxHops = 16;

    private readonly VirtualNetwork _network;
    private readonly Dictionary<IpAddress, ISegmentNode> _nodes = [];
    private readonly Dictionary<(IpAddress From, IpAddress To), LinkOptions> _paths = [];

    internal VirtualSegment(VirtualNetwork network, string name)
    {
        _network = network;
        Name = name;
    }

    /// <summary>The name, for traces and messages.</summary>
    public string Name { get; }

    /// <summary>The NAT that leads out of this segment; null on the internet.</summary>
    public Nat? Gateway { get; internal set; }

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

        _paths[(from, to)] = path;
    }

    /// <summary>The segment's name.</summary>
    public override string ToString() => Name;

    internal void Attach(IpAddress address, ISegmentNode node)
    {
        if (_nodes.TryGetValue(address, out ISegmentNode? other))
        {
            throw new InvalidOperationException($"'{node.Name}' cannot have {address} in '{Name}': it belongs to '{other.Name}'.");
        }

        _nodes.Add(address, node);
    }

    internal ISegmentNode? Find(IpAddress address) => _nodes.GetValueOrDefault(address);

    internal void Detach(IpAddress address) => _nodes.Remove(address);

    /// <summary>Carries a datagram from a node of this segment to the node that owns the destination, or to the gateway.</summary>
    internal void Carry(ISegmentNode from, VirtualDatagram datagram)
    {
        ISegmentNode? to = _nodes.GetValueOrDefault(datagram.Destination.Address) ?? GatewayFor(from, datagram.Destination.Family);
        if (to is null)
        {
            _network.End(datagram, PacketFate.NoRoute, Name);
            return;
        }

        if (++datagram.Hops > MaxHops)
        {
            _network.End(datagram, PacketFate.Looped, Name);
            return;
        }

        TimeSpan delay = TimeSpan.Zero;
        if (_network.IsDroppedByRule(datagram))
        {
            _network.End(datagram, PacketFate.DroppedByRule, Name);
            return;
        }

        _paths.TryGetValue((datagram.Source.Address, datagram.Destination.Address), out LinkOptions? path);
        if (!_network.TryCross(from.Link, ref delay) || !_network.TryCross(path, ref delay) || !_network.TryCross(to.Link, ref delay))
        {
            _network.End(datagram, PacketFate.Lost, Name);
            return;
        }

        _network.Schedule(_network.Now + delay, () => to.Receive(datagram));
    }

    private ISegmentNode? GatewayFor(ISegmentNode from, IpFamily family) =>
        Gateway is { } nat && nat.Inner != from && nat.ExternalAddress.Family == family ? nat.Inner : null;
}
