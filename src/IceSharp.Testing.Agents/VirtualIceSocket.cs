using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A socket of the virtual network as an agent's: what arrives waits in a bounded queue until the loop reads it.</summary>
internal sealed class VirtualIceSocket : IIceUdpSocket
{
    // A kernel's buffer for small datagrams; what comes behind it is lost, as there.
    private const int MaxWaiting = 1024;

    private readonly VirtualSocket _socket;
    private readonly Queue<(TransportAddress Source, byte[] Bytes)> _waiting = new();
    private Action? _readable;
    private bool _closed;

    public VirtualIceSocket(VirtualSocket socket)
    {
        _socket = socket;
        _socket.Receiver = (_, source, datagram) => Arrive(source, datagram);
    }

    public TransportAddress LocalAddress => _socket.LocalAddress;

    public IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress destination)
    {
        if (_closed)
        {
            return IceSendResult.Closed;
        }

        _socket.Send(destination, datagram);
        return IceSendResult.Sent;
    }

    public bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source)
    {
        if (!_waiting.TryDequeue(out (TransportAddress Source, byte[] Bytes) next))
        {
            (length, source) = (0, default);
            return false;
        }

        next.Bytes.CopyTo(buffer);
        (length, source) = (next.Bytes.Length, next.Source);
        return true;
    }

    public ValueTask WaitWritableAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void NotifyReadable(Action? readable)
    {
        _readable = readable;
        if (_waiting.Count > 0)
        {
            readable?.Invoke();
        }
    }

    public void Dispose()
    {
        _closed = true;
        _socket.Dispose();
    }

    private void Arrive(TransportAddress source, ReadOnlySpan<byte> datagram)
    {
        if (_waiting.Count < MaxWaiting)
        {
            _waiting.Enqueue((source, datagram.ToArray()));
            _readable?.Invoke();
        }
    }
}
