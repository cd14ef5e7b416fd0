namespace IceSharp.Protocol.Nat;

/// <summary>The tests by the names that RFC 5780 §4 gives them.</summary>
public enum NatTest
{
    /// <summary>Test I: a plain Binding request to a server.</summary>
    I,

    /// <summary>Mapping test II: to the other address and the first port.</summary>
    MappingII,

    /// <summary>Mapping test III: to the other address and the other port.</summary>
    MappingIII,

    /// <summary>Filtering test II: the answer comes from the other address and port.</summary>
    FilteringII,

    /// <summary>Filtering test III: the answer comes from the same address and the other port.</summary>
    FilteringIII,

    /// <summary>A request to one's own mapped address, from another socket.</summary>
    Hairpin,

    /// <summary>A request as large as the MTU.</summary>
    Fragments,

    /// <summary>Lifetime: a request that makes the mapping young again.</summary>
    LifetimeRefresh,

    /// <summary>Lifetime: a request from another socket, answered to the mapping.</summary>
    LifetimeProbe,
}
