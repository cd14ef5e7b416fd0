namespace IceSharp.Interop.Tests.Live;

/// <summary>How a peer of the live matrix reaches the Internet.</summary>
public enum AccessKind
{
    FullCone,
    AddressRestricted,
    PortRestricted,
    Symmetric,

    /// <summary>IPv6 only, behind a stateful firewall.</summary>
    FirewalledIpv6,

    /// <summary>A port restricted NAT, and IPv6 behind a stateful firewall.</summary>
    DualStack,

    /// <summary>A symmetric NAT, and IPv6 behind a stateful firewall.</summary>
    DualStackSymmetric,
}
