using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Responses to authenticated requests, kept for a while for their retransmissions (RFC 8489 §6.3.1).</summary>
internal sealed class ResponseCache(TimeSpan memory)
{
    private const int Capacity = 4096;
    private readonly Dictionary<(FiveTuple, StunTransactionId), byte[]> _responses = [];
    private readonly Queue<(MonotonicTime ExpiresAt, (FiveTuple, StunTransactionId) Key)> _order = new();

    public int Count => _responses.Count;

    public MonotonicTime NextExpiry => _order.TryPeek(out (MonotonicTime ExpiresAt, (FiveTuple, StunTransactionId)) first) ? first.ExpiresAt : MonotonicTime.Never;

    public bool TryGet(FiveTuple fiveTuple, StunTransactionId id, out ReadOnlySpan<byte> response)
    {
        bool found = _responses.TryGetValue((fiveTuple, id), out byte[]? bytes);
        response = bytes;
        return found;
    }

    public void Add(MonotonicTime now, in ServerRequest request, ReadOnlySpan<byte> response)
    {
        if (memory <= TimeSpan.Zero || !_responses.TryAdd((request.FiveTuple, request.TransactionId), response.ToArray()))
        {
            return;
        }

        _order.Enqueue((now + memory, (request.FiveTuple, request.TransactionId)));
        if (_order.Count > Capacity)
        {
            _responses.Remove(_order.Dequeue().Key);
        }
    }

    public void Expire(MonotonicTime now)
    {
        while (_order.TryPeek(out (MonotonicTime ExpiresAt, (FiveTuple, StunTransactionId) Key) first) && first.ExpiresAt <= now)
        {
            _responses.Remove(first.Key);
            _order.Dequeue();
        }
    }
}
