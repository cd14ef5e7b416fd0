using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Turn;
using IceSharp.Testing;

namespace IceSharp.Protocol.Tests.Turn;

/// <summary>A client machine and the test kit's server machine with nothing between them but a rule of what is lost; time is virtual.</summary>
internal sealed class TurnPair : IDisposable
{
    public static readonly TransportAddress ServerAddress = TransportAddress.Parse("192.0.2.5:3478");
    public static readonly TransportAddress ServerV6 = TransportAddress.Parse("[2001:db8::5]:3478");
    public static readonly SocketHandle First = new(5), Second = new(6), Third = new(7);
    public static readonly TransportAddress Peer = TransportAddress.Parse("203.0.113.9:5000");

    private readonly byte[] _buffer = new byte[65535];
    private readonly SocketHandle _listener;
    private readonly Dictionary<SocketHandle, (TransportAddress Address, bool IsTcp)> _relays = [];
    private readonly Queue<(bool ToServer, SocketHandle Socket, byte[] Bytes)> _wire = new();

    public TurnPair(TurnAllocationSettings? settings = null, StunTurnServerOptions? options = null, LongTermCredential? credential = null, TurnServerMemory? memory = null, StunTurnServerMachine? server = null, ServerTransport? transport = null, bool withCredential = true)
    {
        settings ??= new TurnAllocationSettings();
        Server = server ?? new StunTurnServerMachine(options ?? new StunTurnServerOptions { Users = Users }, new SeededRandomSource(3));
        transport ??= settings.Link == StunLinkKind.Stream ? ServerTransport.Tcp : ServerTransport.Udp;
        _listener = Server.AddListener(ServerAddress, transport.Value);
        Server.AddListener(ServerV6, transport.Value);
        Client = new TurnAllocationMachine(
            settings, withCredential ? credential ?? new LongTermCredential("alice", "secret") : null, ServerAddress, First, new SeededRandomSource(4), memory: memory);
    }

    public static Dictionary<string, string> Users => new() { ["alice"] = "secret", ["bob"] = "other" };

    public StunTurnServerMachine Server { get; }

    public TurnAllocationMachine Client { get; }

    public MonotonicTime Now { get; private set; }

    /// <summary>What the client has sent, with the socket that it left.</summary>
    public List<(SocketHandle Socket, byte[] Bytes)> Sent { get; } = [];

    /// <summary>What peers have got: from which relayed address, and where.</summary>
    public List<(TransportAddress From, TransportAddress To, byte[] Bytes)> AtPeers { get; } = [];

    /// <summary>Data that the client has got.</summary>
    public List<(TransportAddress From, SocketHandle Socket, byte[] Bytes)> Received { get; } = [];

    public List<TurnEvent> Events { get; } = [];

    public List<ServerHostRequest> HostRequests { get; } = [];

    public List<TurnHostRequest> TokenRequests { get; } = [];

    /// <summary>Whether a datagram is lost; gets whether it goes to the server, the client's socket, and its bytes.</summary>
    public Func<bool, SocketHandle, byte[], bool> Drop { get; set; } = (_, _, _) => false;

    /// <summary>Answers a request to connect to a peer; null leaves it open.</summary>
    public Func<TransportAddress, bool?> PeerAccepts { get; set; } = _ => true;

    public IReadOnlyList<StunMethod> Methods => [.. Sent.Select(s => TurnBench.MethodOf(s.Bytes))];

    public AllocationInfo Allocation => Server.Allocations.Single();

    public static TransportAddress ClientAt(SocketHandle socket) => new(IpAddress.Parse($"198.51.100.{socket.Id}"), (ushort)(40000 + socket.Id));

    public TurnPair Allocate()
    {
        Client.Start(Now);
        Pump();
        Client.State.Should().Be(TurnAllocationState.Allocated);
        return this;
    }

    public void Permit(params TransportAddress[] peers)
    {
        foreach (TransportAddress peer in peers)
        {
            Client.RequestPermission(Now, peer.Address).Should().BeTrue();
        }

        Pump();
    }

    public bool Send(TransportAddress peer, params byte[] data)
    {
        bool sent = Client.TryWriteData(_buffer, peer, data, out int length);
        if (sent)
        {
            Carry(toServer: true, Client.Socket, _buffer[..length]);
            Pump();
        }

        return sent;
    }

    public void SendFromPeer(TransportAddress peer, params byte[] data)
    {
        SocketHandle relay = _relays.First(r => r.Value.Address.Family == peer.Family).Key;
        Server.HandleDatagram(Now, new TransportPath(relay, peer), data);
        Pump();
    }

    public SocketHandle ConnectFromPeer(TransportAddress peer)
    {
        SocketHandle stream = Server.HandlePeerConnection(Now, _relays.First(r => r.Value.IsTcp).Key, peer);
        Pump();
        return stream;
    }

    public DatagramVerdict TellIcmp(TransportAddress destination, byte type, byte code, uint data)
    {
        DatagramVerdict verdict = Server.HandleIcmp(Now, _relays.First(r => r.Value.Address.Family == destination.Family).Key, destination, type, code, data);
        Pump();
        return verdict;
    }

    public void CloseStream(SocketHandle socket)
    {
        Server.HandleStreamClosed(Now, _listener, ClientAt(socket));
        Client.HandleStreamClosed(Now, socket);
        Pump();
    }

    /// <summary>Lets time pass, deadline by deadline.</summary>
    public void Run(TimeSpan time)
    {
        MonotonicTime end = Now + time;
        Pump();
        while (MonotonicTime.Min(Client.NextTimeout.At, Server.NextTimeout.At) is { IsNever: false } next && next <= end)
        {
            Now = next > Now ? next : Now;
            Client.HandleTimeout(Now);
            Server.HandleTimeout(Now);
            Pump();
        }

        Now = end;
    }

    public List<TurnEvent> TakeEvents()
    {
        List<TurnEvent> taken = [.. Events];
        Events.Clear();
        return taken;
    }

    /// <summary>Carries everything that waits, until nothing does.</summary>
    public void Pump()
    {
        bool moved = true;
        while (moved)
        {
            moved = PumpClient() | PumpServer();
            while (_wire.TryDequeue(out (bool ToServer, SocketHandle Socket, byte[] Bytes) message))
            {
                moved = true;
                Deliver(message.ToServer, message.Socket, message.Bytes);
            }
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }

    private bool PumpClient()
    {
        bool moved = false;
        while (Client.HasPendingStart)
        {
            Client.StartPending(Now);
            moved = true;
        }

        while (Client.TryGetTransmit(Now, _buffer, out Transmit transmit))
        {
            moved = true;
            transmit.Destination.Should().Be(ServerAddress);
            Sent.Add((transmit.Socket, _buffer[..transmit.Length]));
            Carry(toServer: true, transmit.Socket, _buffer[..transmit.Length]);
        }

        while (Client.TryGetHostRequest(out TurnHostRequest request))
        {
            TokenRequests.Add(request);
        }

        while (Client.TryGetEvent(out TurnEvent fact))
        {
            Events.Add(fact);
        }

        return moved;
    }

    private bool PumpServer()
    {
        bool moved = false;
        while (Server.TryGetTransmit(Now, _buffer, out Transmit transmit))
        {
            moved = true;
            if (_relays.TryGetValue(transmit.Socket, out (TransportAddress Address, bool IsTcp) relay))
            {
                AtPeers.Add((relay.Address, transmit.Destination, _buffer[..transmit.Length]));
            }
            else
            {
                SocketHandle socket = new(transmit.Destination.Port - 40000);
                transmit.Destination.Should().Be(ClientAt(socket));
                Carry(toServer: false, socket, _buffer[..transmit.Length]);
            }
        }

        while (Server.TryGetHostRequest(out ServerHostRequest? request))
        {
            moved = true;
            HostRequests.Add(request);
            Answer(request);
        }

        return moved;
    }

    private void Answer(ServerHostRequest request)
    {
        switch (request)
        {
            case OpenRelaySocket open:
                _relays.Add(open.Socket, (open.LocalAddress, false));
                Server.HandleHostAnswer(Now, new RelaySocketOpened(open.Socket));
                break;
            case ListenRelaySocket listen:
                _relays.Add(listen.Socket, (listen.LocalAddress, true));
                Server.HandleHostAnswer(Now, new RelaySocketOpened(listen.Socket));
                break;
            case ConnectPeer connect when PeerAccepts(connect.Peer) is { } accepts:
                Server.HandleHostAnswer(Now, accepts ? new PeerStreamOpened(connect.Socket) : new PeerStreamRefused(connect.Socket));
                break;
            case CloseRelaySocket close:
                _relays.Remove(close.Socket);
                break;
        }
    }

    private void Carry(bool toServer, SocketHandle socket, byte[] bytes)
    {
        if (!Drop(toServer, socket, bytes))
        {
            _wire.Enqueue((toServer, socket, bytes));
        }
    }

    private void Deliver(bool toServer, SocketHandle socket, byte[] bytes)
    {
        if (toServer)
        {
            Server.HandleDatagram(Now, new TransportPath(_listener, ClientAt(socket)), bytes);
            return;
        }

        DatagramVerdict verdict = Client.HandleDatagram(Now, new TransportPath(socket, ServerAddress), bytes);
        if (verdict.Kind == VerdictKind.Payload)
        {
            Received.Add((verdict.Peer, socket, bytes[verdict.PayloadOffset..(verdict.PayloadOffset + verdict.PayloadLength)]));
        }
    }
}
