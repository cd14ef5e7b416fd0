using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;

namespace IceSharp.Internal.Turn;

/// <summary>The peers of an allocation that were sent to or asked for. Thread safe and bounded.</summary>
internal sealed class TurnPeerTable(int capacity)
{
    private readonly ConcurrentDictionary<TransportAddress, TurnPeer> _peers = [];

    public IEnumerable<TurnPeer> All => _peers.Values;

    public bool TryGet(TransportAddress address, [NotNullWhen(true)] out TurnPeer? peer) => _peers.TryGetValue(address, out peer);

    /// <summary>Gets a peer, making it when there is room; null when there is none.</summary>
    public TurnPeer? GetOrAdd(TransportAddress address)
    {
        if (_peers.TryGetValue(address, out TurnPeer? known))
        {
            return known;
        }

        // Approximate under contention, which is good enough for a bound.
        return _peers.Count < capacity ? _peers.GetOrAdd(address, static a => new TurnPeer(a)) : null;
    }
}
