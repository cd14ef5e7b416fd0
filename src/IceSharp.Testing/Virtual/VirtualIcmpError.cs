using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>An ICMP error about a packet that was sent, as the sender's socket hears of it.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Destination">Where the packet was sent, as its sender knows it.</param>
public sealed record VirtualIcmpError(IcmpErrorKind Kind, TransportAddress Destination)
{
    /// <summary>The largest packet that fits, IP header included, for <see cref="IcmpErrorKind.TooBig"/>; otherwise 0.</summary>
    public int MtuBytes { get; init; }

    /// <summary>Whether it ends a STUN transaction at once: nobody listens there (RFC 8489 §6.2.1). Others may be passing.</summary>
    public bool IsHard => Kind == IcmpErrorKind.PortUnreachable;
}
