using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace IceSharp.TestServers;

/// <summary>A UDP server on loopback that answers each datagram as the test says, or not.</summary>
internal sealed class UdpTestServer : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Func<byte[], EndPoint, byte[]?> _answer;
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Task _running;

    public UdpTestServer(Func<byte[], EndPoint, byte[]?> answer, IPAddress? address = null)
    {
        _answer = answer;
        address ??= IPAddress.Loopback;
        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(address, 0));
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _running = RunAsync();
    }

    public IPEndPoint EndPoint { get; }

    public ConcurrentQueue<(byte[] Message, EndPoint Client)> Received { get; } = new();

    public async Task WaitForDatagramsAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            (await _arrived.WaitAsync(TimeSpan.FromSeconds(20))).Should().BeTrue("a datagram should arrive");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _running;
        _arrived.Dispose();
    }

    private async Task RunAsync()
    {
        byte[] buffer = new byte[2000];
        var any = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                SocketReceiveFromResult got = await _socket.ReceiveFromAsync(buffer, any);
                byte[] message = buffer[..got.ReceivedBytes];
                Received.Enqueue((message, got.RemoteEndPoint));
                _arrived.Release();
                if (_answer(message, got.RemoteEndPoint) is { } answer)
                {
                    await _socket.SendToAsync(answer, got.RemoteEndPoint);
                }
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset)
            {
                // A client that went away.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
