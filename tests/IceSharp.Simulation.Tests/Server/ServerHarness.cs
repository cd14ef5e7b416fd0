using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

/// <summary>Drives a server machine by hand: answers its host requests, collects what it sends.</summary>
internal sealed class ServerHarness
{
    public static readonly TransportAddress ServerAddress = TransportAddress.Parse("192.0.2.1:3478");
    public static readonly TransportAddress Client = TransportAddress.Parse("198.51.100.7:40000");

    private readonly byte[] _buffer = new byte[65535];
    private ulong _transactions;

    public ServerHarness(StunTurnServerOptions? options = null, ServerTransport transport = ServerTransport.Udp)
    {
        Options = options ?? new StunTurnServerOptions { Users = Users };
        Machine = new StunTurnServerMachine(Options, new SeededRandomSource(9));
        Listener = Machine.AddListener(ServerAddress, transport);
    }

    public static Dictionary<string, string> Users => new() { ["alice"] = "secret", ["bob"] = "other" };

    public StunTurnServerOptions Options { get; }

    public StunTurnServerMachine Machine { get; }

    public SocketHandle Listener { get; }

    public MonotonicTime Now { get; set; }

    public DatagramVerdict Verdict { get; private set; }

    /// <summary>Sockets that the machine has open, as it asked for them.</summary>
    public Dictionary<SocketHandle, TransportAddress> RelaySockets { get; } = [];

    /// <summary>Ports that the host pretends to be taken.</summary>
    public Func<TransportAddress, bool> IsTaken { get; set; } = _ => false;

    public List<ServerEvent> Events { get; } = [];

    public int Opens { get; private set; }

    /// <summary>What the machine asked for besides relay sockets.</summary>
    public List<ServerHostRequest> OtherRequests { get; } = [];

    public StunTransactionId NewId() => new(7, ++_transactions);

    public List<Sent> Receive(ReadOnlySpan<byte> datagram, TransportAddress? from = null) => Receive(Listener, from ?? Client, datagram);

    public List<Sent> ReceiveFromPeer(string peer, ReadOnlySpan<byte> datagram) =>
        Receive(RelaySockets.Keys.Single(), TransportAddress.Parse(peer), datagram);

    public List<Sent> Receive(SocketHandle socket, TransportAddress from, ReadOnlySpan<byte> datagram)
    {
        Verdict = Machine.HandleDatagram(Now, new TransportPath(socket, from), datagram);
        return Drain();
    }

    public Message Ask(RequestBuilder request, TransportAddress? from = null) => Message.Single(Receive(request.ToArray(), from));

    public void Pass(TimeSpan time)
    {
        Now += time;
        Machine.HandleTimeout(Now);
        Drain();
    }

    /// <summary>A client's credentials after its first challenge.</summary>
    public Credentials Challenge(string username = "alice", string password = "secret", TransportAddress? from = null, string realm = "example.org")
    {
        Message challenge = Ask(new RequestBuilder(StunMethod.Allocate, NewId()).Transport(), from);
        challenge.Code.Should().Be(401);
        return new Credentials(username, password, realm, challenge.Bytes(StunAttributeType.Nonce)!);
    }

    public Credentials Allocate(TransportAddress? from = null, string username = "alice", string password = "secret")
    {
        Credentials credentials = Challenge(username, password, from);
        Ask(new RequestBuilder(StunMethod.Allocate, NewId()).Transport().Sign(credentials), from).IsSuccess.Should().BeTrue();
        return credentials;
    }

    public Message Permit(Credentials credentials, params string[] peers)
    {
        RequestBuilder request = new(StunMethod.CreatePermission, NewId());
        foreach (string peer in peers)
        {
            request.Peer(peer);
        }

        return Ask(request.Sign(credentials));
    }

    public Message BindChannel(Credentials credentials, ushort number, string peer) =>
        Ask(new RequestBuilder(StunMethod.ChannelBind, NewId()).Channel(number).Peer(peer).Sign(credentials));

    public Message Refresh(Credentials credentials, uint? lifetime = null, TransportAddress? from = null)
    {
        RequestBuilder request = new(StunMethod.Refresh, NewId());
        return Ask((lifetime is { } seconds ? request.Lifetime(seconds) : request).Sign(credentials), from);
    }

    public byte[] SendIndication(string peer, ReadOnlySpan<byte> data) =>
        new RequestBuilder(StunMethod.Send, NewId(), StunClass.Indication).Peer(peer).Data(data).ToArray();

    public List<Sent> Drain()
    {
        List<Sent> sent = [];
        bool moved = true;
        while (moved)
        {
            moved = false;
            while (Machine.TryGetTransmit(Now, _buffer, out Transmit transmit))
            {
                sent.Add(new Sent(transmit.Socket, transmit.Destination, _buffer[..transmit.Length]));
            }

            while (Machine.TryGetHostRequest(out ServerHostRequest? request))
            {
                moved = true;
                Answer(request);
            }
        }

        while (Machine.TryGetEvent(out ServerEvent? happened))
        {
            Events.Add(happened);
        }

        return sent;
    }

    private void Answer(ServerHostRequest request)
    {
        if (request is ListenRelaySocket listen)
        {
            RelaySockets.Add(listen.Socket, listen.LocalAddress);
            Machine.HandleHostAnswer(Now, new RelaySocketOpened(listen.Socket));
            return;
        }

        if (request is ConnectPeer or JoinStreams or CloseClientStream || (request is CloseRelaySocket && !RelaySockets.ContainsKey(request.Socket) && OtherRequests.Exists(o => o.Socket == request.Socket)))
        {
            OtherRequests.Add(request);
            return;
        }

        if (request is not OpenRelaySocket open)
        {
            RelaySockets.Remove(request.Socket).Should().BeTrue("only what is open can be closed");
            return;
        }

        Opens++;
        if (IsTaken(open.LocalAddress))
        {
            Machine.HandleHostAnswer(Now, new RelaySocketRefused(open.Socket));
            return;
        }

        RelaySockets.Add(open.Socket, open.LocalAddress);
        Machine.HandleHostAnswer(Now, new RelaySocketOpened(open.Socket));
    }
}
