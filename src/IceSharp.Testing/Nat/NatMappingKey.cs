using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>What a mapping is found by from inside: the internal endpoint, and as much of the destination as the mapping depends on.</summary>
internal readonly record struct NatMappingKey(IpProtocol Protocol, TransportAddress Internal, TransportAddress Destination)
{
    public static NatMappingKey Of(NatMappingBehaviour behaviour, IpProtocol protocol, TransportAddress source, TransportAddress destination) => behaviour switch
    {
        NatMappingBehaviour.EndpointIndependent => new NatMappingKey(protocol, source, default),
        NatMappingBehaviour.AddressDependent => new NatMappingKey(protocol, source, new TransportAddress(destination.Address, 0)),
        _ => new NatMappingKey(protocol, source, destination),
    };
}
