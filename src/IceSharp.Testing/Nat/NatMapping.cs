using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>One mapping of a NAT, with whom it has sent to.</summary>
internal sealed class NatMapping(NatMappingKey key, TransportAddress external)
{
    private readonly HashSet<IpAddress> _addresses = [];
    private readonly HashSet<TransportAddress> _endpoints = [];

    public NatMappingKey Key { get; } = key;

    public TransportAddress External { get; } = external;

    public MonotonicTime ExpiresAt { get; set; }

    // A filter entry lives as long as its mapping: the usual implementation, and the one that RFC 4787 §5 leaves open.
    public void Contact(TransportAddress destination)
    {
        _addresses.Add(destination.Address);
        _endpoints.Add(destination);
    }

    public bool Admits(NatFilteringBehaviour filtering, TransportAddress source) => filtering switch
    {
        NatFilteringBehaviour.EndpointIndependent => true,
        NatFilteringBehaviour.AddressDependent => _addresses.Contains(source.Address),
        _ => _endpoints.Contains(source),
    };
}
