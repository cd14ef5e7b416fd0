using System.Collections.Concurrent;
using System.Threading.Channels;
using IceSharp.Protocol;

namespace IceSharp.Internal.Turn;

/// <summary>A DTLS association that the application's factory made, with the face of a UDP socket.</summary>
internal sealed class DtlsSocket : IIceUdpSocket
{
    private const int ReceiveBytes = 65_536, MostWaiting = 256;

    private readonly IDtlsTransport _transport;
    private readonly TransportAddress _server;

    // What does not fit is lost, as on the network.
    private readonly Channel<byte[]> _outgoing = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly ConcurrentQueue<byte[]> _arrived = new();
    private readonly CancellationTokenSource _closing = new();
    private volatile Action? _readable;

    public DtlsSocket(IDtlsTransport transport, TransportAddress server)
    {
        _transport = transport;
        _server = server;
        _ = SendAllAsync();
        _ = Task.Run(ReceiveAllAsync);
    }

    // The factory's secret.
    public TransportAddress LocalAddress => default;

    public IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress destination)
    {
        if (_closing.IsCancellationRequested)
        {
            return IceSendResult.Closed;
        }

        _outgoing.Writer.TryWrite(datagram.ToArray());
        return IceSendResult.Sent;
    }

    public bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source)
    {
        source = _server;
        length = 0;
        if (!_arrived.TryDequeue(out byte[]? datagram))
        {
            return false;
        }

        datagram.CopyTo(buffer);
        length = datagram.Length;
        return true;
    }

    public ValueTask WaitWritableAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void NotifyReadable(Action? readable)
    {
        _readable = readable;
        readable?.Invoke();
    }

    public void Dispose() => _ = CloseAsync();

    private async Task CloseAsync()
    {
        // The last message, which gives the allocation back, leaves before close_notify.
        _outgoing.Writer.TryComplete();
        try
        {
            await _outgoing.Reader.Completion.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    private async Task SendAllAsync()
    {
        try
        {
            await foreach (byte[] message in _outgoing.Reader.ReadAllAsync(_closing.Token).ConfigureAwait(false))
            {
                await _transport.SendAsync(message, _closing.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The allocation notices by silence.
        }
    }

    private async Task ReceiveAllAsync()
    {
        byte[] buffer = new byte[ReceiveBytes];
        try
        {
            while (await _transport.ReceiveAsync(buffer, _closing.Token).ConfigureAwait(false) is > 0 and int count)
            {
                if (_arrived.Count < MostWaiting)
                {
                    _arrived.Enqueue(buffer[..count]);
                }

                _readable?.Invoke();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }
}
