using System.Buffers.Binary;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Turn;

/// <summary>How long an allocation lives, and when it is refreshed (RFC 8656 §8).</summary>
internal sealed class TurnLease(TurnExchange exchange, IRandomSource random)
{
    private static readonly TimeSpan RefreshAdvance = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MaxRandomAdvance = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ProbeDistance = TimeSpan.FromSeconds(5);

    private MonotonicTime _refreshAt = MonotonicTime.Never;
    private MonotonicTime _probeAfter;
    private TurnResult _refusal;

    /// <summary>What the server granted last.</summary>
    public TimeSpan Lifetime { get; private set; }

    public MonotonicTime ExpiresAt { get; private set; } = MonotonicTime.Never;

    public MonotonicTime NextDeadline => MonotonicTime.Min(_refreshAt, ExpiresAt);

    /// <summary>Why the lease ran out: the server's last word on refreshing, if it had one.</summary>
    public TurnResult ReasonOfExpiry => _refusal.Failure == TurnFailure.None ? TurnResult.Because(TurnFailure.Expired) : _refusal;

    /// <summary>Counts from a grant. The server counts from when it got the request, the client from when it first sent it, which is never later.</summary>
    public void Grant(MonotonicTime since, TimeSpan lifetime)
    {
        Lifetime = lifetime;
        TimeSpan interval = TimeSpan.FromTicks(Math.Max((lifetime - RefreshAdvance).Ticks, lifetime.Ticks / 2));
        _refreshAt = since + (interval - RandomAdvance(interval));
        ExpiresAt = since + lifetime;
    }

    /// <summary>Asks for more time when it is due.</summary>
    public void HandleTimeout(MonotonicTime now)
    {
        if (now >= _refreshAt && !_refreshAt.IsNever)
        {
            _refreshAt = MonotonicTime.Never;
            exchange.Enqueue(new TurnRequest(TurnRequestKind.Refresh));
        }
    }

    /// <summary>Asks early whether the allocation is still there, at most every 5 s: the network has said something that a restarted server would explain.</summary>
    public void Probe(MonotonicTime now)
    {
        if (now >= _probeAfter)
        {
            _probeAfter = now + ProbeDistance;
            RefreshNow();
        }
    }

    /// <summary>Asks for more time before it is due, unless it is being asked for.</summary>
    public void RefreshNow()
    {
        if (!_refreshAt.IsNever)
        {
            _refreshAt = MonotonicTime.Never;
            exchange.Enqueue(new TurnRequest(TurnRequestKind.Refresh));
        }
    }

    /// <summary>Takes a success of Refresh.</summary>
    /// <returns>False when the server says that the allocation is over.</returns>
    public bool OnSucceeded(in TurnResult result, in StunReader message)
    {
        if (message.GetUInt32(StunAttributeType.Lifetime, out uint seconds) != StunAttributeStatus.Ok)
        {
            _refusal = TurnResult.Because(TurnFailure.MalformedResponse);
            return true;
        }

        Grant(result.FirstSent, TimeSpan.FromSeconds(seconds));
        return seconds != 0;
    }

    /// <summary>Takes a failure of Refresh.</summary>
    public void OnFailed(in TurnResult result)
    {
        if (result.IsSilence)
        {
            // While the allocation lives, silence is answered by asking again.
            exchange.Enqueue(new TurnRequest(TurnRequestKind.Refresh));
        }
        else
        {
            // A definite no: asking again changes nothing, but until it expires the allocation can be used.
            _refusal = result;
        }
    }

    public void End()
    {
        _refreshAt = MonotonicTime.Never;
        ExpiresAt = MonotonicTime.Never;
        _refusal = default;
    }

    // Allocations made together should not be refreshed together for ever.
    private TimeSpan RandomAdvance(TimeSpan interval)
    {
        Span<byte> bytes = stackalloc byte[2];
        random.Fill(bytes);
        long most = Math.Min(MaxRandomAdvance.Ticks, interval.Ticks / 10);
        return TimeSpan.FromTicks(most * BinaryPrimitives.ReadUInt16BigEndian(bytes) / ushort.MaxValue);
    }
}
