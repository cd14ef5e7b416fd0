using IceSharp.Protocol;
using IceSharp.Protocol.Dns;

namespace IceSharp.Internal.Network.Dns;

/// <summary>Names of a network that the application supplies: it knows addresses, and no services.</summary>
internal sealed class NetworkNameResolver(IIceNetwork network) : INameResolver
{
    public ValueTask<IReadOnlyList<IpAddress>> LookUpAddressesAsync(string hostName, CancellationToken cancellationToken) => network.ResolveAsync(hostName, cancellationToken);

    public ValueTask<IReadOnlyList<SrvRecord>> LookUpServicesAsync(string name, CancellationToken cancellationToken) => new((IReadOnlyList<SrvRecord>)[]);

    public ValueTask<IReadOnlyList<NaptrRecord>> LookUpRulesAsync(string name, CancellationToken cancellationToken) => new((IReadOnlyList<NaptrRecord>)[]);
}
