namespace IceSharp.Protocol.Turn;

/// <summary>An ICMP message about a relayed datagram, as the server passes it on (RFC 8656 §11.5, §18.13).</summary>
/// <param name="Type">ICMP type if the peer's address is IPv4, ICMPv6 type if it is IPv6.</param>
/// <param name="Code">Code of that type.</param>
/// <param name="ErrorData">Its four bytes of data: for ICMP 3/4 and ICMPv6 2/0 the MTU, otherwise 0.</param>
public readonly record struct TurnIcmp(byte Type, byte Code, uint ErrorData)
{
    /// <summary>The MTU of the link that the datagram was too long for, in bytes; null when that was not the trouble.</summary>
    /// <param name="family">Family of the peer's address.</param>
    public int? GetMtu(IpFamily family)
    {
        bool isTooBig = family == IpFamily.IPv6 ? Type == 2 : Type == 3 && Code == 4;
        return isTooBig ? (int)Math.Min(ErrorData, int.MaxValue) : null;
    }
}
