namespace IceSharp.Testing;

/// <summary>When a NAT uses one external port again for the same internal address and port (RFC 4787 §4.1).</summary>
public enum NatMappingBehaviour
{
    /// <summary>For every destination.</summary>
    EndpointIndependent,

    /// <summary>For destinations with the same IP address.</summary>
    AddressDependent,

    /// <summary>For the same destination address and port only: "symmetric".</summary>
    AddressAndPortDependent,
}
