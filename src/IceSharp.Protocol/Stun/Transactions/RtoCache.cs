namespace IceSharp.Protocol.Stun.Transactions;

/// <summary>Retransmission timeouts by server address, forgotten when there was no transaction for ten minutes (RFC 8489 §6.2.1).</summary>
/// <remarks>Bounded: the entry that was not used for longest gives way. Not thread safe.</remarks>
public sealed class RtoCache : IRtoCache
{
    /// <summary>Most servers that are remembered.</summary>
    public const int Capacity = 256;

    /// <summary>How long an estimate outlives the last transaction: ten minutes.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly Dictionary<IpAddress, (RtoEstimator Estimate, MonotonicTime LastUse)> _entries = [];

    /// <summary>Servers with an entry, expired ones included.</summary>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public TimeSpan Begin(MonotonicTime now, IpAddress server, TimeSpan floor)
    {
        RtoEstimator estimate = Current(now, server);
        if (estimate.SmoothedRoundTrip is not null)
        {
            _entries[server] = (estimate, now);
        }

        return estimate.TimeoutOr(floor);
    }

    /// <inheritdoc/>
    public void Learn(MonotonicTime now, IpAddress server, TimeSpan roundTrip)
    {
        RtoEstimator estimate = Current(now, server).With(roundTrip);
        if (_entries.Count >= Capacity && !_entries.ContainsKey(server))
        {
            // Addresses break ties, so that what is forgotten does not hang on the order of hashes.
            _entries.Remove(_entries.MinBy(e => (e.Value.LastUse, e.Key)).Key);
        }

        _entries[server] = (estimate, now);
    }

    private RtoEstimator Current(MonotonicTime now, IpAddress server) =>
        _entries.TryGetValue(server, out (RtoEstimator Estimate, MonotonicTime LastUse) entry) && now - entry.LastUse < Lifetime ? entry.Estimate : default;
}
