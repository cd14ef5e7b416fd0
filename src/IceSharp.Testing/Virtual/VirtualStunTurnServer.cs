using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A <see cref="StunTurnServerMachine"/> on a host of a virtual network. Made by <see cref="VirtualNetwork.AddServer"/>.</summary>
public sealed class VirtualStunTurnServer : IDisposable
{
    /// <summary>The port of STUN and TURN over UDP.</summary>
    public const ushort DefaultPort = 3478;

    /// <summary>The other port of a server that offers behaviour discovery (RFC 5780).</summary>
    public const ushort AlternatePort = 3479;

    private readonly VirtualNetwork _network;
    private readonly Dictionary<SocketHandle, VirtualSocket> _sockets = [];
    private readonly List<VirtualStreamListener> _listeners = [];
    private readonly List<(TransportAddress Local, VirtualCertificate? Certificate, bool IsStream)> _reachedOn = [];
    private readonly StunTurnServerOptions? _options;
    private readonly Dictionary<(SocketHandle Listener, TransportAddress Client), VirtualServerStream> _streams = [];
    private readonly List<ServerEvent> _events = [];
    private readonly byte[] _buffer = new byte[ushort.MaxValue];
    private readonly VirtualTimer _timer;
    private bool _isOff;
    private int _starts;

    internal VirtualStunTurnServer(VirtualHost host, StunTurnServerOptions? options)
    {
        _network = host.Network;
        _timer = new VirtualTimer(_network, Wake);
        Host = host;
        _options = options;
        Machine = new StunTurnServerMachine(options, _network.Random.Derive($"server {host.Name}"));
        foreach (VirtualInterface via in host.Interfaces)
        {
            Listen(new TransportAddress(via.Address, DefaultPort));
            if (options?.OffersBehaviorDiscovery == true)
            {
                Listen(new TransportAddress(via.Address, AlternatePort));
            }
        }
    }

    /// <summary>The host.</summary>
    public VirtualHost Host { get; }

    /// <summary>The machine; look at its allocations and switch its faults here.</summary>
    public StunTurnServerMachine Machine { get; private set; }

    /// <summary>Where clients reach it.</summary>
    public TransportAddress Address => new(Host.Address, DefaultPort);

    /// <summary>What happened so far.</summary>
    public IReadOnlyList<ServerEvent> Events => _events;

    /// <summary>Lets clients reach it on one more address of its host.</summary>
    /// <param name="local">Address and port, free.</param>
    public void Listen(TransportAddress local)
    {
        _reachedOn.Add((local, null, IsStream: false));
        VirtualSocket socket = Host.Bind(local);
        Open(Machine.AddListener(local), socket);
    }

    /// <summary>Lets clients reach it over TCP, or over TLS.</summary>
    /// <param name="local">Address and port, free.</param>
    /// <param name="certificate">What it shows to clients over TLS; null for TCP without TLS.</param>
    public void ListenForStreams(TransportAddress local, VirtualCertificate? certificate = null)
    {
        _reachedOn.Add((local, certificate, IsStream: true));
        VirtualStreamListener listener = Host.Listen(local, certificate);
        SocketHandle handle = Machine.AddListener(local, certificate is null ? ServerTransport.Tcp : ServerTransport.Tls);
        _listeners.Add(listener);
        listener.Accepted = stream =>
        {
            TransportAddress client = stream.RemoteAddress;
            _streams[(handle, client)] = new VirtualServerStream(stream)
            {
                Frame = frame =>
                {
                    Machine.HandleDatagram(_network.Now, new TransportPath(handle, client), frame);
                    Drain();
                },
                Ended = () => End(handle, client),
                Failed = _ => End(handle, client),
            };
        };
    }

    /// <summary>Ends the server and starts it again where it was: it has forgotten allocations, nonces and faults, and connections to it have ended.</summary>
    public void Restart()
    {
        Dispose();
        (TransportAddress Local, VirtualCertificate? Certificate, bool IsStream)[] places = [.. _reachedOn];
        _reachedOn.Clear();
        _listeners.Clear();
        Machine = new StunTurnServerMachine(_options, _network.Random.Derive($"server {Host.Name}, start {++_starts}"));
        _isOff = false;
        foreach ((TransportAddress local, VirtualCertificate? certificate, bool isStream) in places)
        {
            if (isStream)
            {
                ListenForStreams(local, certificate);
            }
            else
            {
                Listen(local);
            }
        }
    }

    /// <summary>Switches the server off: its sockets are closed, and nothing answers any more.</summary>
    public void Dispose()
    {
        foreach (VirtualSocket socket in _sockets.Values)
        {
            socket.Dispose();
        }

        _listeners.ForEach(l => l.Dispose());
        foreach (VirtualServerStream stream in _streams.Values)
        {
            stream.Close();
        }

        _isOff = true;
        _streams.Clear();
        _sockets.Clear();
        _timer.Set(MonotonicTime.Never);
        Machine.Dispose();
    }

    private void Open(SocketHandle handle, VirtualSocket socket)
    {
        _sockets.Add(handle, socket);
        socket.Receiver = (now, source, datagram) =>
        {
            Machine.HandleDatagram(now, new TransportPath(handle, source), datagram);
            Drain();
        };
    }

    private void End(SocketHandle listener, TransportAddress client)
    {
        if (_streams.Remove((listener, client)) && !_isOff)
        {
            Machine.HandleStreamClosed(_network.Now, listener, client);
            Drain();
        }
    }

    private void Wake()
    {
        Machine.HandleTimeout(_network.Now);
        Drain();
    }

    private void Drain()
    {
        bool moved = true;
        while (moved)
        {
            moved = false;
            while (Machine.TryGetTransmit(_network.Now, _buffer, out Transmit transmit))
            {
                if (_sockets.TryGetValue(transmit.Socket, out VirtualSocket? socket))
                {
                    socket.Send(transmit.Destination, _buffer.AsSpan(0, transmit.Length));
                }
                else if (_streams.TryGetValue((transmit.Socket, transmit.Destination), out VirtualServerStream? stream))
                {
                    stream.Send(_buffer.AsSpan(0, transmit.Length));
                }
            }

            while (Machine.TryGetHostRequest(out ServerHostRequest? request))
            {
                moved = true;
                Answer(request);
            }
        }

        while (Machine.TryGetEvent(out ServerEvent? happened))
        {
            _events.Add(happened);
        }

        _timer.Set(Machine.NextTimeout.At);
    }

    private void Answer(ServerHostRequest request)
    {
        if (request is ListenRelaySocket)
        {
            // TCP is relayed on loopback only.
            Machine.HandleHostAnswer(_network.Now, new RelaySocketRefused(request.Socket));
            return;
        }

        if (request is not OpenRelaySocket open)
        {
            if (_sockets.Remove(request.Socket, out VirtualSocket? closed))
            {
                closed.Dispose();
            }

            return;
        }

        Protocol.Agent.PortRange port = new(open.LocalAddress.Port, open.LocalAddress.Port);
        if (!Host.TryBind(open.LocalAddress.Address, port, out VirtualSocket? socket, out _))
        {
            Machine.HandleHostAnswer(_network.Now, new RelaySocketRefused(open.Socket));
            return;
        }

        Open(open.Socket, socket);
        Machine.HandleHostAnswer(_network.Now, new RelaySocketOpened(open.Socket));
    }
}
