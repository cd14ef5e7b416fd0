using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>The last requests that were worked in, to tell a repeated one from a new one.</summary>
internal sealed class RecentRequests(int capacity)
{
    private readonly (StunTransactionId Id, TransportAddress Source)[] _ring = new (StunTransactionId, TransportAddress)[capacity];
    private int _next;

    public bool Contains(in StunTransactionId id, TransportAddress source) => Array.IndexOf(_ring, (id, source)) >= 0;

    public void Add(in StunTransactionId id, TransportAddress source)
    {
        _ring[_next] = (id, source);
        _next = (_next + 1) % _ring.Length;
    }
}
