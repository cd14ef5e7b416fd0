using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>All allocations, found by 5-tuple and by relay socket (RFC 8656 §6).</summary>
internal sealed class AllocationTable
{
    private readonly Dictionary<FiveTuple, Allocation> _byFiveTuple = [];
    private readonly Dictionary<SocketHandle, Allocation> _byRelay = [];
    private readonly HashSet<TransportAddress> _relayed = [];
    private readonly List<Allocation> _order = [];
    private MonotonicTime? _nextExpiry = MonotonicTime.Never;

    /// <summary>The allocations in the order in which they were made.</summary>
    public IReadOnlyList<Allocation> All => _order;

    public MonotonicTime NextExpiry => _nextExpiry ??= _order.Count == 0 ? MonotonicTime.Never : _order.Min(a => a.ExpiresAt);

    public bool TryFind(FiveTuple fiveTuple, [NotNullWhen(true)] out Allocation? allocation) => _byFiveTuple.TryGetValue(fiveTuple, out allocation);

    public bool TryFind(SocketHandle relaySocket, [NotNullWhen(true)] out Allocation? allocation) => _byRelay.TryGetValue(relaySocket, out allocation);

    public bool IsRelayed(TransportAddress address) => _relayed.Contains(address);

    public int CountOf(string username) => _order.Count(a => a.Username == username);

    public bool TryFindExpired(MonotonicTime now, [NotNullWhen(true)] out Allocation? expired)
    {
        expired = NextExpiry <= now ? FirstExpired(now) : null;
        return expired is not null;
    }

    public void Add(Allocation allocation)
    {
        _byFiveTuple.Add(allocation.FiveTuple, allocation);
        _byRelay.Add(allocation.RelaySocket, allocation);
        _relayed.Add(allocation.Relayed);
        _order.Add(allocation);
    }

    /// <summary>Gives an allocation whose port the host refused another one.</summary>
    public void MoveTo(Allocation allocation, SocketHandle relaySocket, TransportAddress relayed)
    {
        _byRelay.Remove(allocation.RelaySocket);
        _relayed.Remove(allocation.Relayed);
        (allocation.RelaySocket, allocation.Relayed) = (relaySocket, relayed);
        _byRelay.Add(relaySocket, allocation);
        _relayed.Add(relayed);
    }

    public void SetExpiry(Allocation allocation, MonotonicTime expiresAt)
    {
        allocation.ExpiresAt = expiresAt;
        _nextExpiry = null;
    }

    public void Remove(Allocation allocation)
    {
        _byFiveTuple.Remove(allocation.FiveTuple);
        _byRelay.Remove(allocation.RelaySocket);
        _relayed.Remove(allocation.Relayed);
        _order.Remove(allocation);
        _nextExpiry = null;
    }

    // Apart from its caller, which runs for each datagram: a closure is allocated where a method begins.
    private Allocation? FirstExpired(MonotonicTime now) => _order.Find(a => a.ExpiresAt <= now);
}
