using System.Net;
using System.Net.Sockets;

namespace IceSharp.Internal.Stun;

/// <summary>A connected UDP socket: the system drops what does not come from the server, and tells of ICMP errors.</summary>
internal sealed class UdpLink : StunLink
{
    private const int ReceiveBytes = 65_536;

    private readonly Socket _socket;

    private UdpLink(Socket socket)
        : base((IPEndPoint)socket.LocalEndPoint!) => _socket = socket;

    /// <exception cref="SocketException">There is no way to the server.</exception>
    public static UdpLink Open(IPEndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(server);
            return new UdpLink(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override bool Send(ReadOnlySpan<byte> message)
    {
        try
        {
            _socket.Send(message);
            return true;
        }
        catch (SocketException e)
        {
            // Others are soft: a route may come back while copies go on (RFC 8489 §6.2.1, RFC 1122 §4.2.3.9).
            return !IsHard(e.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    public override async Task ReceiveAsync(IStunLinkOwner owner, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[ReceiveBytes];
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                int count = await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
                await owner.HandleReceivedAsync(buffer[..count]).ConfigureAwait(false);
            }
            catch (SocketException e) when (IsHard(e.SocketErrorCode))
            {
                await owner.HandleUnreachableAsync().ConfigureAwait(false);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.MessageSize or SocketError.HostDown)
            {
                // Each is the answer to one packet that was sent, so that this cannot spin.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    public override ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Whether an error says that nobody is there: port unreachable, which Windows calls a reset.</summary>
    internal static bool IsHard(SocketError error) => error is SocketError.ConnectionRefused or SocketError.ConnectionReset;
}
