namespace IceSharp.Protocol.Agent;

/// <summary>Datagrams that wait for the host to send them, as they look to the peer: wrapping for a relay happens on the way out.</summary>
/// <remarks>Bounded: behind the limit a datagram counts as lost, which STUN survives.</remarks>
internal sealed class Outbox
{
    private const int Limit = 256;
    private const int BufferBytes = 640;
    private readonly Queue<Entry> _queue = [];
    private readonly Stack<byte[]> _free = [];

    public bool IsEmpty => _queue.Count == 0;

    public void Add(CandidateBase from, TransportAddress destination, ReadOnlySpan<byte> datagram)
    {
        if (_queue.Count >= Limit || datagram.Length > BufferBytes)
        {
            return;
        }

        byte[] buffer = _free.TryPop(out byte[]? used) ? used : new byte[BufferBytes];
        datagram.CopyTo(buffer);
        _queue.Enqueue(new Entry(from, destination, buffer, datagram.Length));
    }

    public bool TryTake(out Entry entry) => _queue.TryDequeue(out entry);

    public void Return(in Entry entry) => _free.Push(entry.Buffer);

    public void Clear() => _queue.Clear();

    public readonly record struct Entry(CandidateBase From, TransportAddress Destination, byte[] Buffer, int Length);
}
