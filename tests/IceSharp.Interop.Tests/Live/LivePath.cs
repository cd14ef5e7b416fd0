namespace IceSharp.Interop.Tests.Live;

/// <summary>What a pair runs over.</summary>
public enum LivePath
{
    /// <summary>Directly over IPv6.</summary>
    Ipv6,

    /// <summary>Directly over IPv4.</summary>
    Ipv4,

    /// <summary>Over a relay on one side at least.</summary>
    Relay,
}
