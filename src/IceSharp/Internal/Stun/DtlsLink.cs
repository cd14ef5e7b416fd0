using System.Net;
using System.Threading.Channels;

namespace IceSharp.Internal.Stun;

/// <summary>A DTLS association that the application's factory made.</summary>
internal sealed class DtlsLink : StunLink
{
    private const int ReceiveBytes = 65_536;

    private readonly IDtlsTransport _transport;

    // What does not fit is lost, as on the network.
    private readonly Channel<byte[]> _outgoing = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _sending;

    public DtlsLink(IDtlsTransport transport)
        : base(new IPEndPoint(IPAddress.Any, 0))
    {
        _transport = transport;
        _sending = SendAllAsync();
    }

    public override bool Send(ReadOnlySpan<byte> message)
    {
        _outgoing.Writer.TryWrite(message.ToArray());
        return true;
    }

    public override async Task ReceiveAsync(IStunLinkOwner owner, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[ReceiveBytes];
        try
        {
            while (await _transport.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int count)
            {
                await owner.HandleReceivedAsync(buffer[..count]).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        _closing.Dispose();
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
            // The receiving side notices the end.
        }
    }
}
