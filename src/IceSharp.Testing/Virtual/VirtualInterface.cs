using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>An interface of a <see cref="VirtualHost"/>: one address in one segment, over one link.</summary>
public sealed class VirtualInterface : ISegmentNode
{
    private readonly VirtualHost _host;

    internal VirtualInterface(VirtualHost host, string name, IpAddress address, VirtualSegment segment)
    {
        _host = host;
        Name = name;
        Address = address;
        Segment = segment;
    }

    /// <summary>The system's name of it: "eth0", "eth1", ...</summary>
    public string Name { get; }

    /// <summary>Its address.</summary>
    public IpAddress Address { get; }

    /// <summary>Where it stands.</summary>
    public VirtualSegment Segment { get; }

    /// <summary>Its link; may be replaced at any time, for datagrams sent from then on.</summary>
    public LinkOptions Link
    {
        get;
        set => field = value ?? throw new ArgumentNullException(nameof(value));
    } = LinkOptions.Perfect;

    string ISegmentNode.Name => _host.Name;

    void ISegmentNode.Receive(VirtualDatagram datagram) => _host.Receive(datagram);
}
