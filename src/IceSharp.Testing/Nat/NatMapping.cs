using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>One mapping of a NAT, or one flow of a firewall, with whom it has sent to.</summary>
internal sealed class NatMapping(NatMappingKey key, TransportAddress external)
{
    private readonly HashSet<IpAddress> _addresses = [];
    private readonly HashSet<TransportAddress> _endpoints = [];

    public NatMappingKey Key { get; } = key;

    public TransportAddress External { get; } = external;

    public MonotonicTime ExpiresAt { get; set; }

    /// <summary>Whether a stream that uses it is open; it lives longer then.</summary>
    public bool IsEstablished { get; private set; }

    /// <summary>Another mapping with the same external address and port, on a NAT that overloads ports.</summary>
    public NatMapping? Sharing { get; set; }

    // A filter entry lives as long as its mapping: the usual implementation, and the one that RFC 4787 §5 leaves open.
    public void Contact(TransportAddress destination)
    {
        _addresses.Add(destination.Address);
        _endpoints.Add(destination);
    }

    /// <summary>Follows a stream: its opening from outside opens it, an end or a reset from either side closes it.</summary>
    public void Observe(StreamPacket? packet, bool isInbound)
    {
        IsEstablished = packet?.Kind switch
        {
            StreamPacketKind.Open or StreamPacketKind.Accept when isInbound => true,
            StreamPacketKind.End or StreamPacketKind.Reset => false,
            _ => IsEstablished,
        };
    }

    public bool Admits(NatFilteringBehaviour filtering, TransportAddress source) => filtering switch
    {
        NatFilteringBehaviour.EndpointIndependent => true,
        NatFilteringBehaviour.AddressDependent => _addresses.Contains(source.Address),
        _ => _endpoints.Contains(source),
    };
}
