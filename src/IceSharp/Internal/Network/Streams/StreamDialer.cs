using System.Net;
using System.Net.Sockets;
using IceSharp.Internal.Network.Dns;
using IceSharp.Internal.Stun;

namespace IceSharp.Internal.Network.Streams;

/// <summary>Opens TCP connections to servers: directly or through a proxy, and TLS on top where it is asked for.</summary>
internal static class StreamDialer
{
    /// <exception cref="SocketException">There is no connection.</exception>
    /// <exception cref="StunException">The proxy refused, or the server could not prove who it is.</exception>
    public static async Task<IceStreamConnection> ConnectAsync(IceStreamTarget target, TimeProvider time, CancellationToken cancellationToken)
    {
        IPEndPoint server = NameServerList.ToEndPoint(target.Server);
        Socket socket = target.Proxy is null
            ? new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (target.LocalAddress is { Address.IsUnspecified: false } local && target.Proxy is null)
            {
                socket.Bind(NameServerList.ToEndPoint(new(local.Address, 0)));
            }

            return new IceStreamConnection(
                await OpenAsync(socket, server, target, time, cancellationToken).ConfigureAwait(false),
                Unmapped((IPEndPoint)socket.LocalEndPoint!),
                () => Reset(socket));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> OpenAsync(Socket socket, IPEndPoint server, IceStreamTarget target, TimeProvider time, CancellationToken cancellationToken)
    {
        if (target.Proxy is { } proxy)
        {
            await ReachProxyAsync(socket, proxy, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        }

        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (target.Proxy is not null)
        {
            await HttpConnect.RequestAsync(stream, server, target.Proxy, cancellationToken).ConfigureAwait(false);
        }

        return target.ServerName is { } name
            ? await TlsConnector.AuthenticateAsync(stream, name, target.Tls, time, cancellationToken).ConfigureAwait(false)
            : stream;
    }

    private static async Task ReachProxyAsync(Socket socket, IceHttpProxy proxy, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(proxy.Host, proxy.Port, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new StunException(IceError.ProxyRefused, $"The proxy {proxy} cannot be reached: {e.SocketErrorCode}.", innerException: e);
        }
    }

    private static Protocol.TransportAddress Unmapped(IPEndPoint local)
    {
        Protocol.TransportAddress address = NameServerList.ToTransportAddress(local);
        return address with { Address = address.Address.Unmap() };
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
    }
}
