using IceSharp.Protocol;

namespace IceSharp.Tests;

/// <summary>A socket that announces its datagrams itself and always has one more until it is closed.</summary>
internal sealed class FloodedSocket : IIceUdpSocket
{
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _closed;

    public TransportAddress LocalAddress { get; } = new(IpAddress.LoopbackV4, 1);

    /// <summary>Completes when it is closed.</summary>
    public Task Closed => _closing.Task;

    public IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress destination) => IceSendResult.Sent;

    public bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source)
    {
        (length, source) = (1, LocalAddress);
        buffer[0] = 1;
        return !_closed;
    }

    public ValueTask WaitWritableAsync(CancellationToken cancellationToken) => default;

    public void NotifyReadable(Action? readable) => readable?.Invoke();

    public void Dispose()
    {
        _closed = true;
        _closing.TrySetResult();
    }
}
