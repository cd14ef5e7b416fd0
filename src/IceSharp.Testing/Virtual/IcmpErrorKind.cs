namespace IceSharp.Testing;

/// <summary>What an ICMP error says (RFC 792, RFC 4443).</summary>
public enum IcmpErrorKind
{
    /// <summary>The network of the destination is not reachable now.</summary>
    NetworkUnreachable,

    /// <summary>The destination is not reachable now.</summary>
    HostUnreachable,

    /// <summary>Nobody listens on the destination's port.</summary>
    PortUnreachable,

    /// <summary>A firewall forbids it.</summary>
    Prohibited,

    /// <summary>The packet is too big for a link ahead and must not be fragmented.</summary>
    TooBig,
}
