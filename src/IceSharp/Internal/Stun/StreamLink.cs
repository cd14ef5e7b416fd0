using System.IO.Pipelines;
using System.Net.Sockets;
using IceSharp.Internal.Network.Dns;

namespace IceSharp.Internal.Stun;

/// <summary>A TCP connection, with TLS in it or not.</summary>
/// <remarks>Both directions go through pipes: a server that does not read must not hold up the machine and its timeouts.</remarks>
internal sealed class StreamLink : StunLink
{
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(1);

    private readonly IceStreamConnection _connection;
    private readonly Stream _stream;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closing = new();

    // The machine bounds what waits: a message for each of its requests.
    private readonly Pipe _outgoing = new(new PipeOptions(pauseWriterThreshold: 0, resumeWriterThreshold: 0));
    private readonly Task _sending;
    private bool _isAbandoned;

    public StreamLink(IceStreamConnection connection, TimeProvider time)
        : base(NameServerList.ToEndPoint(connection.LocalAddress))
    {
        _connection = connection;
        _stream = connection.Stream;
        _time = time;
        _sending = SendAllAsync();
    }

    public override bool Send(ReadOnlySpan<byte> message)
    {
        message.CopyTo(_outgoing.Writer.GetSpan(message.Length));
        _outgoing.Writer.Advance(message.Length);

        // Without a threshold flushing completes at once.
        _ = _outgoing.Writer.FlushAsync().AsTask();
        return true;
    }

    public override async Task ReceiveAsync(IStunLinkOwner owner, CancellationToken cancellationToken)
    {
        PipeReader reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                ReadResult read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                foreach (ReadOnlyMemory<byte> segment in read.Buffer)
                {
                    await owner.HandleReceivedAsync(segment.ToArray()).ConfigureAwait(false);
                }

                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    public override void Abandon() => _isAbandoned = true;

    // In order: what was to be sent, close_notify, FIN. The other side gets a moment for it, and no more.
    public override async ValueTask DisposeAsync()
    {
        await _outgoing.Writer.CompleteAsync().ConfigureAwait(false);
        try
        {
            if (_isAbandoned)
            {
                _connection.Abandon();
            }
            else
            {
                await EndAsync().WaitAsync(EndDeadline, _time).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is TimeoutException or IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task EndAsync()
    {
        await _sending.ConfigureAwait(false);
        if (_stream is System.Net.Security.SslStream tls)
        {
            await tls.ShutdownAsync().ConfigureAwait(false);
        }
    }

    private async Task SendAllAsync()
    {
        try
        {
            await _outgoing.Reader.CopyToAsync(_stream, _closing.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The receiving side notices the end.
        }
        finally
        {
            await _outgoing.Reader.CompleteAsync().ConfigureAwait(false);
        }
    }
}
