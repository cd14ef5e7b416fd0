using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The streams and listeners of one host, and who gets a packet that arrives.</summary>
internal sealed class StreamStack(VirtualHost host)
{
    private const ushort FirstEphemeralPort = 49152;

    private readonly Dictionary<(TransportAddress Local, TransportAddress Remote), VirtualStream> _streams = [];
    private readonly Dictionary<TransportAddress, VirtualStreamListener> _listeners = [];
    private ushort _nextPort = FirstEphemeralPort;

    public VirtualNetwork Network => host.Network;

    public int Count => _streams.Count + _listeners.Count;

    public VirtualStreamListener Listen(TransportAddress local, VirtualCertificate? certificate)
    {
        TransportAddress at = new(local.Address, local.Port == 0 ? ChoosePort(local.Address) : local.Port);
        VirtualStreamListener listener = new(this, at, certificate);
        if (!_listeners.TryAdd(at, listener))
        {
            throw new InvalidOperationException($"'{host.Name}' listens on {at} already.");
        }

        return listener;
    }

    public VirtualStream Connect(TransportAddress local, TransportAddress remote, string? serverName)
    {
        TransportAddress from = new(local.Address, local.Port == 0 ? ChoosePort(local.Address) : local.Port);
        VirtualStream stream = new(this, from, remote, null, serverName);
        if (!_streams.TryAdd((from, remote), stream))
        {
            throw new InvalidOperationException($"'{host.Name}' has a stream from {from} to {remote} already.");
        }

        stream.StartConnecting();
        return stream;
    }

    public void Receive(VirtualDatagram datagram)
    {
        StreamPacket packet = datagram.StreamPacket!;
        var key = (datagram.Destination, datagram.Source);
        if (!_streams.TryGetValue(key, out VirtualStream? stream) && packet.Kind == StreamPacketKind.Open
            && _listeners.TryGetValue(datagram.Destination, out VirtualStreamListener? listener))
        {
            stream = new VirtualStream(this, datagram.Destination, datagram.Source, listener, null);
            _streams.Add(key, stream);
        }

        Network.End(datagram, stream is null ? PacketFate.NoListener : PacketFate.Delivered, host.Name);
        if (stream is not null)
        {
            stream.Receive(packet, datagram.Bytes);
        }
        else if (packet.Kind != StreamPacketKind.Reset)
        {
            Send(datagram.Destination, datagram.Source, new StreamPacket(StreamPacketKind.Reset, 0, 0), []);
        }
    }

    public void HandleUnreachable(TransportAddress local, TransportAddress remote)
    {
        if (_streams.TryGetValue((local, remote), out VirtualStream? stream))
        {
            stream.HandleUnreachable();
        }
    }

    public void Transmit(VirtualStream stream, StreamPacket packet, byte[] bytes) => Send(stream.LocalAddress, stream.RemoteAddress, packet, bytes);

    public void Remove(VirtualStream stream) => _streams.Remove((stream.LocalAddress, stream.RemoteAddress));

    public void Remove(VirtualStreamListener listener) => _listeners.Remove(listener.LocalAddress);

    private void Send(TransportAddress from, TransportAddress to, StreamPacket packet, byte[] bytes) =>
        host.Send(new VirtualDatagram(Network.NextDatagramNumber(), Network.Now, from, to, bytes) { Protocol = IpProtocol.Tcp, StreamPacket = packet });

    // Upwards and round, as for UDP; a port may be shared between remote addresses, but a new one is told apart from old ones more easily.
    private ushort ChoosePort(IpAddress address)
    {
        for (int i = FirstEphemeralPort; i <= ushort.MaxValue; i++)
        {
            ushort port = _nextPort;
            _nextPort = port == ushort.MaxValue ? FirstEphemeralPort : (ushort)(port + 1);
            if (!_listeners.ContainsKey(new TransportAddress(address, port)) && !_streams.Keys.Any(k => k.Local == new TransportAddress(address, port)))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"'{host.Name}' has no port left on {address}.");
    }
}
