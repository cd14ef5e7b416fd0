namespace IceSharp.Testing;

/// <summary>What a packet of the virtual network is.</summary>
public enum IpProtocol
{
    /// <summary>A UDP datagram.</summary>
    Udp,

    /// <summary>A packet of a <see cref="VirtualStream"/>.</summary>
    Tcp,

    /// <summary>An ICMP error about one of the others.</summary>
    Icmp,
}
