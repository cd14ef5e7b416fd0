namespace IceSharp.Protocol.Agent;

/// <summary>An address of a network interface.</summary>
/// <param name="InterfaceName">The system's name of the interface, for example "eth0".</param>
/// <param name="Address">The address.</param>
public sealed record LocalInterfaceAddress(string InterfaceName, IpAddress Address)
{
    /// <summary>Length of the on-link prefix in bits; 0 when unknown.</summary>
    public int PrefixLength { get; init; }

    /// <summary>IPv6 zone to bind a link-local address with; 0 otherwise.</summary>
    public long ScopeId { get; init; }

    /// <summary>Whether the interface is a loopback interface, whatever the address.</summary>
    public bool IsLoopback { get; init; }

    /// <summary>Whether this is a tracking-resistant IPv6 address (RFC 8981).</summary>
    public bool IsTemporary { get; init; }

    /// <summary>Whether the address's preferred lifetime is over: it is used only where its interface has no other of its family (RFC 4862 §5.5.4).</summary>
    public bool IsDeprecated { get; init; }

    /// <summary>How dear or unreliable the interface is; lower is better. Browsers write 0 for wired, 10 for Wi-Fi, 50 for unknown, 900 for cellular ones, and one more for a VPN.</summary>
    /// <value>0 to 999; the default is 0.</value>
    public int Cost { get; init; }
}
