using System.Collections.Concurrent;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Tests;

/// <summary>A network in memory with one loopback address: datagrams arrive at once, and a list remembers them with their DSCP.</summary>
internal sealed class MemoryNetwork : IIceNetwork
{
    private readonly ConcurrentDictionary<TransportAddress, MemorySocket> _sockets = [];
    private int _lastPort = 40_000;

    public ConcurrentQueue<(TransportAddress Source, int Dscp, byte[] Bytes)> Sent { get; } = new();

    public ValueTask<IReadOnlyList<LocalInterfaceAddress>> ListInterfacesAsync(CancellationToken cancellationToken) =>
        new([new LocalInterfaceAddress("lo", IpAddress.LoopbackV4) { IsLoopback = true }]);

    public ValueTask<IIceUdpSocket> BindUdpAsync(LocalInterfaceAddress localAddress, int port, CancellationToken cancellationToken)
    {
        var socket = new MemorySocket(this, new TransportAddress(localAddress.Address, (ushort)Interlocked.Increment(ref _lastPort)));
        _sockets[socket.LocalAddress] = socket;
        return new(socket);
    }

    public ValueTask<IReadOnlyList<IpAddress>> ResolveAsync(string hostName, CancellationToken cancellationToken) => new([]);

    private sealed class MemorySocket(MemoryNetwork network, TransportAddress address) : IIceUdpSocket
    {
        private readonly ConcurrentQueue<(TransportAddress Source, byte[] Bytes)> _arrived = new();
        private volatile Action? _readable;
        private int _dscp;

        public TransportAddress LocalAddress { get; } = address;

        public bool TrySetDscp(int dscp)
        {
            _dscp = dscp;
            return true;
        }

        public IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress destination)
        {
            byte[] bytes = datagram.ToArray();
            network.Sent.Enqueue((LocalAddress, _dscp, bytes));
            if (network._sockets.TryGetValue(destination, out MemorySocket? receiver))
            {
                receiver._arrived.Enqueue((LocalAddress, bytes));
                receiver._readable?.Invoke();
            }

            return IceSendResult.Sent;
        }

        public bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source)
        {
            bool any = _arrived.TryDequeue(out (TransportAddress Source, byte[] Bytes) first);
            source = first.Source;
            length = any ? first.Bytes.Length : 0;
            first.Bytes?.CopyTo(buffer);
            return any;
        }

        public ValueTask WaitWritableAsync(CancellationToken cancellationToken) => default;

        public void NotifyReadable(Action? readable)
        {
            _readable = readable;
            if (!_arrived.IsEmpty)
            {
                readable?.Invoke();
            }
        }

        public void Dispose() => network._sockets.TryRemove(LocalAddress, out _);
    }
}
