using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>All allocations, found by 5-tuple, by relay socket and by ticket (RFC 8656 §6).</summary>
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

    public Allocation? FindByTicket(long ticketId) => _order.Find(a => a.TicketId == ticketId);

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
        allocation.Relays.ForEach(r => Register(allocation, r));
        _order.Add(allocation);
    }

    /// <summary>Gives a relay whose port the host refused another one.</summary>
    public void MoveTo(Allocation allocation, ServerRelay relay, SocketHandle relaySocket, TransportAddress relayed)
    {
        Unregister(relay);
        (relay.Socket, relay.Address) = (relaySocket, relayed);
        Register(allocation, relay);
    }

    /// <summary>Finds an allocation under its client's new address too; under the old one as well until data says that the client is there (RFC 8016 §3.2.2).</summary>
    public void Move(Allocation allocation, FiveTuple fiveTuple)
    {
        if (allocation.DataTuple != allocation.FiveTuple)
        {
            _byFiveTuple.Remove(allocation.FiveTuple);
        }

        allocation.FiveTuple = fiveTuple;
        _byFiveTuple[fiveTuple] = allocation;
    }

    /// <summary>The client has sent data from its new address: the old one is of no use any more.</summary>
    public void Settle(Allocation allocation)
    {
        if (allocation.DataTuple != allocation.FiveTuple)
        {
            _byFiveTuple.Remove(allocation.DataTuple);
            allocation.DataTuple = allocation.FiveTuple;
        }
    }

    public void SetExpiry(ServerRelay relay, MonotonicTime expiresAt)
    {
        relay.ExpiresAt = expiresAt;
        _nextExpiry = null;
    }

    public void Remove(Allocation allocation, ServerRelay relay)
    {
        Unregister(relay);
        allocation.Relays.Remove(relay);
        _nextExpiry = null;
    }

    public void Remove(Allocation allocation)
    {
        _byFiveTuple.Remove(allocation.FiveTuple);
        _byFiveTuple.Remove(allocation.DataTuple);
        allocation.Relays.ForEach(Unregister);
        _order.Remove(allocation);
        _nextExpiry = null;
    }

    private void Register(Allocation allocation, ServerRelay relay)
    {
        _byRelay.Add(relay.Socket, allocation);
        _relayed.Add(relay.Address);
    }

    private void Unregister(ServerRelay relay)
    {
        _byRelay.Remove(relay.Socket);
        _relayed.Remove(relay.Address);
    }

    // Apart from its caller, which runs for each datagram: a closure is allocated where a method begins.
    private Allocation? FirstExpired(MonotonicTime now) => _order.Find(a => a.ExpiresAt <= now);
}
