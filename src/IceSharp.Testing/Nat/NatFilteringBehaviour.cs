namespace IceSharp.Testing;

/// <summary>From whom a NAT lets datagrams in through a mapping (RFC 4787 §5).</summary>
public enum NatFilteringBehaviour
{
    /// <summary>From everybody.</summary>
    EndpointIndependent,

    /// <summary>From IP addresses that the mapping has sent to.</summary>
    AddressDependent,

    /// <summary>From addresses and ports that the mapping has sent to.</summary>
    AddressAndPortDependent,
}
