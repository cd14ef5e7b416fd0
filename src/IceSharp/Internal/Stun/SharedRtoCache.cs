using IceSharp.Protocol;
using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Internal.Stun;

/// <summary>What the sessions of a client know of round trips. Thread safe; their clocks share one origin.</summary>
internal sealed class SharedRtoCache : IRtoCache
{
    private readonly Lock _gate = new();
    private readonly RtoCache _cache = new();

    public TimeSpan Begin(MonotonicTime now, IpAddress server, TimeSpan floor)
    {
        lock (_gate)
        {
            return _cache.Begin(now, server, floor);
        }
    }

    public void Learn(MonotonicTime now, IpAddress server, TimeSpan roundTrip)
    {
        lock (_gate)
        {
            _cache.Learn(now, server, roundTrip);
        }
    }
}
