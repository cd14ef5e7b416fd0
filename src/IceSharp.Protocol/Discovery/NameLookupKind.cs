namespace IceSharp.Protocol.Discovery;

/// <summary>What is asked about a name.</summary>
public enum NameLookupKind
{
    /// <summary>Its IPv4 and IPv6 addresses (A and AAAA, and whatever else the system knows).</summary>
    Addresses,

    /// <summary>The servers of a service (SRV).</summary>
    Services,

    /// <summary>The rules that lead to services (NAPTR).</summary>
    Rules,
}
