using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>How allocations end, as a whole or one family of two: sockets, connections and keys go with them.</summary>
internal sealed class AllocationEnd(AllocationTable allocations, PeerConnections connections, ServerNotices notices)
{
    public void End(Allocation allocation, bool wasReleased)
    {
        TransportAddress relayed = allocation.Relayed;
        connections.CloseAll(allocation);
        allocations.Remove(allocation);
        allocation.Relays.ForEach(r => notices.Ask(new CloseRelaySocket(r.Socket)));
        notices.Tell(new AllocationEnded(allocation.FiveTuple.Client, relayed, wasReleased));
    }

    /// <summary>Ends one family; what the other has stays (RFC 8656 §8.1).</summary>
    public void Drop(Allocation allocation, ServerRelay relay)
    {
        allocations.Remove(allocation, relay);
        allocation.Permissions.Drop(relay.Address.Family);
        allocation.Channels.Drop(relay.Address.Family);
        notices.Ask(new CloseRelaySocket(relay.Socket));
    }

    /// <summary>Ends what has run out of an allocation.</summary>
    public void Expire(MonotonicTime now, Allocation allocation)
    {
        foreach (ServerRelay relay in allocation.Relays.FindAll(r => r.ExpiresAt <= now))
        {
            if (allocation.Relays.Count == 1)
            {
                End(allocation, wasReleased: false);
                return;
            }

            Drop(allocation, relay);
        }
    }
}
