namespace IceSharp.Protocol.Nat;

/// <summary>What a probe observed of mapping (RFC 4787 §4.1, RFC 5780 §4.3).</summary>
public enum NatMappingType
{
    /// <summary>The test was not asked for.</summary>
    NotTested,

    /// <summary>No server answered.</summary>
    NoConnectivity,

    /// <summary>The server has no second address, and there was no other server to compare with.</summary>
    NotSupportedByServer,

    /// <summary>A test ended in an error or without the answer that would have told.</summary>
    Undetermined,

    /// <summary>No NAT: the server sees the local address and port.</summary>
    NoNat,

    /// <summary>One external address and port for all destinations.</summary>
    EndpointIndependent,

    /// <summary>One for each destination address.</summary>
    AddressDependent,

    /// <summary>One for each destination address and port: "symmetric".</summary>
    AddressAndPortDependent,

    /// <summary>Different ones for different addresses; whether the port counts too cannot be told with servers that have one address each.</summary>
    NotEndpointIndependent,
}
