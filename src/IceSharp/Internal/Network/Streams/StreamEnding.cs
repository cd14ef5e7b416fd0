using System.Net.Security;
using System.Net.Sockets;

namespace IceSharp.Internal.Network.Streams;

/// <summary>Ends a connection in order: close_notify, then FIN. The other side gets a moment for it, and no more.</summary>
internal static class StreamEnding
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    public static async Task CloseAsync(Stream stream)
    {
        try
        {
            if (stream is SslStream tls)
            {
                await tls.ShutdownAsync().WaitAsync(Moment).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is TimeoutException or IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }

        await stream.DisposeAsync().ConfigureAwait(false);
    }
}
