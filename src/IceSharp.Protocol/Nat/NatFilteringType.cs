namespace IceSharp.Protocol.Nat;

/// <summary>What a probe observed of filtering, by a NAT or a firewall (RFC 4787 §5, RFC 5780 §4.4).</summary>
public enum NatFilteringType
{
    /// <summary>The test was not asked for.</summary>
    NotTested,

    /// <summary>No server answered.</summary>
    NoConnectivity,

    /// <summary>The server has no second address to answer from.</summary>
    NotSupportedByServer,

    /// <summary>A test ended in an error, which says nothing about filters.</summary>
    Undetermined,

    /// <summary>Everybody's datagrams get in.</summary>
    EndpointIndependent,

    /// <summary>Those from addresses that were sent to get in.</summary>
    AddressDependent,

    /// <summary>Those from addresses and ports that were sent to get in.</summary>
    AddressAndPortDependent,
}
