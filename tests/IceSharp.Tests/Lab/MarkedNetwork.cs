using System.Collections.Concurrent;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Tests.Lab;

/// <summary>Another network, with a list of what was sent and the DSCP it would have had on the wire.</summary>
internal sealed class MarkedNetwork(IIceNetwork inner) : IIceNetwork
{
    public ConcurrentQueue<(int Dscp, byte[] Datagram)> Sent { get; } = new();

    public ValueTask<IReadOnlyList<LocalInterfaceAddress>> ListInterfacesAsync(CancellationToken cancellationToken) => inner.ListInterfacesAsync(cancellationToken);

    public async ValueTask<IIceUdpSocket> BindUdpAsync(LocalInterfaceAddress localAddress, int port, CancellationToken cancellationToken) =>
        new MarkedSocket(await inner.BindUdpAsync(localAddress, port, cancellationToken), Sent);

    public ValueTask<IReadOnlyList<IpAddress>> ResolveAsync(string hostName, CancellationToken cancellationToken) => inner.ResolveAsync(hostName, cancellationToken);

    private sealed class MarkedSocket(IIceUdpSocket inner, ConcurrentQueue<(int Dscp, byte[] Datagram)> sent) : IIceUdpSocket
    {
        private int _dscp;

        public TransportAddress LocalAddress => inner.LocalAddress;

        public IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress destination)
        {
            sent.Enqueue((_dscp, datagram.ToArray()));
            return inner.TrySend(datagram, destination);
        }

        public bool TrySetDscp(int dscp)
        {
            _dscp = dscp;
            return true;
        }

        public bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source) => inner.TryReceive(buffer, out length, out source);

        public ValueTask WaitWritableAsync(CancellationToken cancellationToken) => inner.WaitWritableAsync(cancellationToken);

        public void NotifyReadable(Action? readable) => inner.NotifyReadable(readable);

        public void Dispose() => inner.Dispose();
    }
}
