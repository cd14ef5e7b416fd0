namespace IceSharp.Protocol.Agent;

/// <summary>Datagrams that wait for the host to send them, as they look to the peer: wrapping for a relay happens on the way out.</summary>
/// <remarks>Bounded: behind the limit a datagram counts as lost, which STUN survives.</remarks>
internal sealed class Outbox(LimitCounters limits)
{
    private const int Limit = 256;
    private const int BufferBytes = 640;
    private readonly Queue<Entry> _queue = [];
    private readonly Stack<byte[]> _free = [];

    public void Add(CandidateBase from, TransportAddress destination, ReadOnlySpan<byte> datagram)
    {
        if (_queue.Count >= Limit || datagram.Length > BufferBytes)
        {
            limits.Note(IceAgentLimit.Outbox);
            return;
        }

        byte[] buffer = _free.TryPop(out byte[]? used) ? used : new byte[BufferBytes];
        datagram.CopyTo(buffer);
        _queue.Enqueue(new Entry(from, destination, buffer, datagram.Length));
    }

    /// <summary>Gets the next datagram, wrapped for the relay it leaves through.</summary>
    public bool TryGetTransmit(MonotonicTime now, Span<byte> buffer, out Transmit transmit)
    {
        while (_queue.TryDequeue(out Entry entry))
        {
            bool sendable = TryWrap(now, entry, buffer, out transmit);
            _free.Push(entry.Buffer);
            if (sendable)
            {
                return true;
            }
        }

        transmit = default;
        return false;
    }

    public void Clear() => _queue.Clear();

    private static bool TryWrap(MonotonicTime now, in Entry entry, Span<byte> buffer, out Transmit transmit)
    {
        ReadOnlySpan<byte> datagram = entry.Buffer.AsSpan(0, entry.Length);
        CandidateBase from = entry.From;
        NoteSent(now, from, entry.Destination);
        if (from.Relay is not { } relay)
        {
            datagram.CopyTo(buffer);
            transmit = new Transmit(from.Socket.Handle, entry.Destination, datagram.Length);
            return true;
        }

        bool written = relay.Allocation!.TryWriteData(buffer, entry.Destination, datagram, out int length);
        transmit = new Transmit(relay.Handle, relay.ServerAddress, length);
        return written;
    }

    // What leaves on the pair in use counts against its silence (RFC 8445 §11).
    private static void NoteSent(MonotonicTime now, CandidateBase from, TransportAddress peer)
    {
        AgentStream stream = from.Socket.Stream;
        int component = from.Socket.Component;
        if (stream.Route(component)?.Peer == peer && ReferenceEquals(stream.RouteBase(component), from))
        {
            stream.NoteSent(component, now);
        }
    }

    private readonly record struct Entry(CandidateBase From, TransportAddress Destination, byte[] Buffer, int Length);
}
