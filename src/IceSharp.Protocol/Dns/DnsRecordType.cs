namespace IceSharp.Protocol.Dns;

/// <summary>Types of resource records that a STUN or TURN client asks for.</summary>
public enum DnsRecordType : ushort
{
    /// <summary>No type.</summary>
    None = 0,

    /// <summary>IPv4 addresses (RFC 1035).</summary>
    A = 1,

    /// <summary>IPv6 addresses (RFC 3596).</summary>
    Aaaa = 28,

    /// <summary>Servers of a service (RFC 2782).</summary>
    Srv = 33,

    /// <summary>Rules that lead from a domain to its services (RFC 3403).</summary>
    Naptr = 35,
}
