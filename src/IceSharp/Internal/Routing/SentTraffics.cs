using System.Collections.Concurrent;
using IceSharp.Protocol;

namespace IceSharp.Internal.Routing;

/// <summary>What left over each pair of one connection. Pairs are added on the loop, counts read anywhere.</summary>
internal sealed class SentTraffics
{
    // A peer that restarts for ever would otherwise grow the table for ever; later pairs share one entry.
    private const int MaxPairs = 256;

    private readonly ConcurrentDictionary<(TransportAddress Local, TransportAddress Remote), SentTraffic> _pairs = [];
    private readonly SentTraffic _others = new();

    public long Datagrams => _others.Datagrams + _pairs.Values.Sum(t => t.Datagrams);

    public long Bytes => _others.Bytes + _pairs.Values.Sum(t => t.Bytes);

    /// <summary>The count of a pair, for its senders.</summary>
    public SentTraffic For(IceCandidatePairInfo pair) => Find(pair) ?? (_pairs.Count < MaxPairs ? _pairs.GetOrAdd(Key(pair), _ => new SentTraffic()) : _others);

    public SentTraffic? Find(IceCandidatePairInfo pair) => _pairs.GetValueOrDefault(Key(pair));

    private static (TransportAddress, TransportAddress) Key(IceCandidatePairInfo pair) => (pair.Local.Address, pair.Remote.Address);
}
