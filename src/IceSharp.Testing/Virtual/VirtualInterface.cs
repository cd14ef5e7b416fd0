using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>An interface of a <see cref="VirtualHost"/>: addresses in one segment, over one link.</summary>
public sealed class VirtualInterface : ISegmentNode
{
    private readonly VirtualHost _host;
    private readonly VirtualLink _link = new(LinkOptions.Perfect);
    private readonly List<LocalInterfaceAddress> _addresses = [];

    internal VirtualInterface(VirtualHost host, string name, VirtualSegment segment)
    {
        _host = host;
        Name = name;
        Segment = segment;
    }

    /// <summary>The system's name of it: "eth0", "eth1", ...</summary>
    public string Name { get; }

    /// <summary>Its first address.</summary>
    /// <exception cref="InvalidOperationException">It has none left.</exception>
    public IpAddress Address => _addresses.Count > 0 ? _addresses[0].Address : throw new InvalidOperationException($"{Name} of '{_host.Name}' has no address.");

    /// <summary>Its addresses, in the order in which they were added.</summary>
    public IReadOnlyList<LocalInterfaceAddress> Addresses => _addresses;

    /// <summary>Where it stands.</summary>
    public VirtualSegment Segment { get; }

    /// <summary>Its link; may be replaced at any time, for packets sent from then on.</summary>
    public LinkOptions Link
    {
        get => _link.Options;
        set => _link.Options = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Whether it is up. One that is down neither sends nor receives, and is not listed; its addresses and sockets stay.</summary>
    /// <value>The default is true.</value>
    public bool IsUp
    {
        get;
        set
        {
            bool changed = field != value;
            field = value;
            if (changed)
            {
                _host.NotifyInterfacesChanged();
            }
        }
    } = true;

    VirtualLink ISegmentNode.Link => _link;

    string ISegmentNode.Name => _host.Name;

    /// <summary>Adds an address.</summary>
    /// <param name="address">Free in the segment.</param>
    /// <param name="isTemporary">Whether it is a temporary IPv6 address (RFC 8981).</param>
    /// <exception cref="InvalidOperationException">The address is taken.</exception>
    public void AddAddress(IpAddress address, bool isTemporary = false)
    {
        Attach(address, isTemporary);
        _host.NotifyInterfacesChanged();
    }

    /// <summary>Takes an address away. Sockets bound to it stay open but neither send nor receive.</summary>
    /// <param name="address">One of <see cref="Addresses"/>; another one changes nothing.</param>
    public void RemoveAddress(IpAddress address)
    {
        if (_addresses.RemoveAll(a => a.Address == address) > 0)
        {
            Segment.Detach(address);
            _host.NotifyInterfacesChanged();
        }
    }

    /// <summary>Replaces all addresses, as a network does that gives out a new lease.</summary>
    /// <param name="address">Free in the segment.</param>
    /// <exception cref="InvalidOperationException">The address is taken.</exception>
    public void ChangeAddress(IpAddress address)
    {
        DetachAll();
        AddAddress(address);
    }

    void ISegmentNode.Receive(VirtualDatagram datagram)
    {
        if (!IsUp)
        {
            _host.Network.End(datagram, PacketFate.InterfaceDown, _host.Name);
            return;
        }

        _host.Receive(datagram);
    }

    internal bool Has(IpAddress address)
    {
        foreach (LocalInterfaceAddress own in _addresses)
        {
            if (own.Address == address)
            {
                return true;
            }
        }

        return false;
    }

    internal void Attach(IpAddress address, bool isTemporary = false)
    {
        Segment.Attach(address, this);
        _addresses.Add(new LocalInterfaceAddress(Name, address) { IsLoopback = address.IsLoopback, IsTemporary = isTemporary });
    }

    internal void DetachAll()
    {
        _addresses.ForEach(a => Segment.Detach(a.Address));
        _addresses.Clear();
    }
}
