using System.Net;
using System.Net.Sockets;

namespace IceSharp.Benchmarks.Datapath;

/// <summary>The yardstick: a thread that blocks in <see cref="Socket.ReceiveFrom(Span{byte}, SocketFlags, SocketAddress)"/> and does nothing else.</summary>
internal sealed class BareReceiver : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public BareReceiver()
    {
        _socket.ReceiveBufferSize = 512 * 1024;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        new Thread(Run) { IsBackground = true, Name = "bare receiver" }.Start();
    }

    public PacketCounter Counter { get; } = new();

    public IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public void Dispose()
    {
        _socket.Dispose();
        Counter.Dispose();
    }

    private void Run()
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(65_536, pinned: true);
        var source = new SocketAddress(AddressFamily.InterNetwork);
        try
        {
            while (true)
            {
                _socket.ReceiveFrom(buffer, SocketFlags.None, source);
                Counter.Count();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed: the end.
        }
    }
}
