using System.Collections.Concurrent;
using IceSharp.Protocol;
using IceSharp.Protocol.Dns;

namespace IceSharp.Tests.Stun;

/// <summary>A resolver that knows what the test has written down.</summary>
internal sealed class TableResolver : INameResolver
{
    public Dictionary<string, IpAddress[]> Addresses { get; } = [];

    public Dictionary<string, SrvRecord[]> Services { get; } = [];

    public ConcurrentQueue<string> Asked { get; } = new();

    public static TableResolver Loopback(params string[] names)
    {
        var resolver = new TableResolver();
        foreach (string name in names)
        {
            resolver.Addresses.Add(name, [IpAddress.LoopbackV4]);
        }

        return resolver;
    }

    public ValueTask<IReadOnlyList<IpAddress>> LookUpAddressesAsync(string hostName, CancellationToken cancellationToken) => new(Find(Addresses, hostName));

    public ValueTask<IReadOnlyList<SrvRecord>> LookUpServicesAsync(string name, CancellationToken cancellationToken) => new(Find(Services, name));

    public ValueTask<IReadOnlyList<NaptrRecord>> LookUpRulesAsync(string name, CancellationToken cancellationToken) => new(Array.Empty<NaptrRecord>());

    private T[] Find<T>(Dictionary<string, T[]> table, string name)
    {
        Asked.Enqueue(name);
        return table.GetValueOrDefault(name, []);
    }
}
