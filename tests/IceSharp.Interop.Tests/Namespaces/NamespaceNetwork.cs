using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Interop.Tests.Namespaces;

/// <summary>The network that clients and agents of this process see when they are to be in a namespace: sockets are made inside, and used from wherever.</summary>
/// <param name="home">The namespace.</param>
internal sealed class NamespaceNetwork(NetworkNamespace home) : IIceNetwork
{
    /// <summary>The address that new sockets are bound to.</summary>
    public string Address { get; set; } = "0.0.0.0";

    public ValueTask<IReadOnlyList<LocalInterfaceAddress>> ListInterfacesAsync(CancellationToken cancellationToken) =>
        new([new LocalInterfaceAddress("eth0", IpAddress.Parse(Address))]);

    public async ValueTask<IIceUdpSocket> BindUdpAsync(LocalInterfaceAddress localAddress, int port, CancellationToken cancellationToken) =>
        new InnerSocket(await home.BindUdpAsync(Address, port));

    public ValueTask<IReadOnlyList<IpAddress>> ResolveAsync(string hostName, CancellationToken cancellationToken) =>
        throw new SocketException((int)SocketError.HostNotFound);

    public async ValueTask<IceStreamConnection> ConnectAsync(IceStreamTarget target, CancellationToken cancellationToken)
    {
        Socket socket = await home.RunAsync(() =>
        {
            Socket made = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            made.Bind(new IPEndPoint(IPAddress.Parse(Address), 0));
            return made;
        });
        await socket.ConnectAsync(IPEndPoint.Parse(target.Server.ToString()), cancellationToken);
        return new IceStreamConnection(new NetworkStream(socket, ownsSocket: true), TransportAddress.Parse(socket.LocalEndPoint!.ToString()!));
    }

    private sealed class InnerSocket : IIceUdpSocket
    {
        private readonly Socket _socket;
        private readonly ConcurrentQueue<(byte[] Datagram, TransportAddress Source)> _arrived = new();
        private volatile Action? _readable;

        public InnerSocket(Socket socket)
        {
            _socket = socket;
            LocalAddress = TransportAddress.Parse(socket.LocalEndPoint!.ToString()!);
            _ = ReceiveAllAsync();
        }

        public TransportAddress LocalAddress { get; }

        public IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress destination)
        {
            try
            {
                _socket.SendTo(datagram, SocketFlags.None, IPEndPoint.Parse(destination.ToString()));
                return IceSendResult.Sent;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return IceSendResult.Unreachable;
            }
        }

        public bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source)
        {
            bool any = _arrived.TryDequeue(out (byte[] Datagram, TransportAddress Source) next);
            next.Datagram?.CopyTo(buffer);
            (length, source) = (next.Datagram?.Length ?? 0, next.Source);
            return any;
        }

        public ValueTask WaitWritableAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public void NotifyReadable(Action? readable)
        {
            _readable = readable;
            readable?.Invoke();
        }

        public void Dispose() => _socket.Dispose();

        private async Task ReceiveAllAsync()
        {
            byte[] buffer = new byte[65_536];
            while (true)
            {
                try
                {
                    SocketReceiveFromResult received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                    _arrived.Enqueue((buffer[..received.ReceivedBytes], TransportAddress.Parse(received.RemoteEndPoint.ToString()!)));
                    _readable?.Invoke();
                }
                catch (SocketException)
                {
                    // The network's word about an earlier datagram.
                }
                catch (ObjectDisposedException)
                {
                    return;
                }
            }
        }
    }
}
