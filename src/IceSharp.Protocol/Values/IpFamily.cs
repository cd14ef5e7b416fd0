namespace IceSharp.Protocol;

/// <summary>IP address family, with the values that STUN puts on the wire (RFC 8489 §14.1).</summary>
public enum IpFamily : byte
{
    /// <summary>No address.</summary>
    None = 0,

    /// <summary>IPv4.</summary>
    IPv4 = 1,

    /// <summary>IPv6.</summary>
    IPv6 = 2,
}
