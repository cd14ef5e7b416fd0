namespace IceSharp.Protocol.Stun.Transactions;

/// <summary>Remembers retransmission timeouts by server (RFC 8489 §6.2.1). <see cref="RtoCache"/> for one machine; a host that shares one between threads puts its own lock around it.</summary>
public interface IRtoCache
{
    /// <summary>The initial timeout of a transaction that begins now; counts as a use of the entry.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="server">The server's address: all its ports share one estimate.</param>
    /// <param name="floor">The least timeout, and the one of a server that nothing is known of.</param>
    TimeSpan Begin(MonotonicTime now, IpAddress server, TimeSpan floor);

    /// <summary>Takes the round trip of a request that was sent once.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="server">The server's address.</param>
    /// <param name="roundTrip">Its time.</param>
    void Learn(MonotonicTime now, IpAddress server, TimeSpan roundTrip);
}
