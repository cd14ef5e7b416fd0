using System.Net;
using System.Net.Sockets;

namespace IceSharp.TestServers;

/// <summary>A peer on loopback that sends every datagram back to where it came from.</summary>
internal sealed class EchoPeer : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Task _running;

    public EchoPeer(IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(address, 0));
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _running = RunAsync();
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Where the last datagram came from.</summary>
    public IPEndPoint? LastSource { get; private set; }

    /// <summary>Speaks first.</summary>
    public void Send(byte[] datagram, IPEndPoint destination) => _socket.SendTo(datagram, destination);

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _running;
    }

    private async Task RunAsync()
    {
        byte[] buffer = new byte[65_536];
        var any = new IPEndPoint(EndPoint.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, any);
                LastSource = (IPEndPoint)received.RemoteEndPoint;
                await _socket.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), SocketFlags.None, LastSource);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }
}
