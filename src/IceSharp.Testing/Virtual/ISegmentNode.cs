namespace IceSharp.Testing;

/// <summary>Something that has addresses in a segment: a host's interface, or a side of a NAT or firewall.</summary>
internal interface ISegmentNode
{
    /// <summary>Name for traces and messages.</summary>
    string Name { get; }

    /// <summary>The link between the node and the segment.</summary>
    VirtualLink Link { get; }

    /// <summary>Takes a datagram that has crossed the link.</summary>
    void Receive(VirtualDatagram datagram);
}
