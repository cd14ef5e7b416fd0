namespace IceSharp.Testing;

/// <summary>What became of a datagram on the virtual network.</summary>
public enum PacketFate
{
    /// <summary>A socket received it.</summary>
    Delivered,

    /// <summary>A link lost it.</summary>
    Lost,

    /// <summary>Nothing has the destination address, and no NAT leads out of the segment.</summary>
    NoRoute,

    /// <summary>The host is there but no socket is bound to the destination.</summary>
    NoListener,

    /// <summary>A NAT has no mapping (any more) for the destination.</summary>
    NoMapping,

    /// <summary>A NAT's filter refused the source.</summary>
    Filtered,

    /// <summary>A NAT does not send back inside what is addressed to its own outside.</summary>
    NoHairpin,

    /// <summary>A NAT has no port left for a new mapping.</summary>
    PortsExhausted,

    /// <summary>Too many hops: NATs lead in a circle.</summary>
    Looped,

    /// <summary>The scenario's own rule dropped it.</summary>
    DroppedByRule,

    /// <summary>The queue in front of a link was full.</summary>
    QueueFull,

    /// <summary>Too big for a link, and not to be fragmented.</summary>
    TooBig,

    /// <summary>A NAT does not take fragments, or not in this order.</summary>
    FragmentsRefused,

    /// <summary>A firewall does not let it through.</summary>
    Blocked,

    /// <summary>The interface is down.</summary>
    InterfaceDown,

    /// <summary>A NAT is off while it reboots.</summary>
    RouterDown,
}
