using IceSharp.Protocol.Stun;
using IceSharp.Testing;

namespace IceSharp.Protocol.Tests.Malformed;

/// <summary>A server machine in the state that a row's context describes.</summary>
internal sealed class MalformedServer : IDisposable
{
    private static readonly TransportAddress Client = TransportAddress.Parse("198.51.100.7:40000");
    private static readonly TransportAddress Peer = TransportAddress.Parse("192.0.2.150:4000");

    private readonly byte[] _buffer = new byte[65535];
    private readonly StunTurnServerMachine _machine;
    private readonly SocketHandle _listener;

    public MalformedServer(string context)
    {
        _machine = new StunTurnServerMachine(Options(context), new SeededRandomSource(1));
        bool isTcp = context.Contains("TURN over TCP", StringComparison.Ordinal);
        _listener = _machine.AddListener(TransportAddress.Parse("192.0.2.1:3478"), isTcp ? ServerTransport.Tcp : ServerTransport.Udp);
        if (isTcp)
        {
            Succeed(StunMethod.Allocate, (ref StunWriter w) => w.AddByte(StunAttributeType.RequestedTransport, 6));
        }

        if (context.Contains("IPv4 UDP allocation", StringComparison.Ordinal))
        {
            Succeed(StunMethod.Allocate, (ref StunWriter w) => w.AddByte(StunAttributeType.RequestedTransport, 17));
        }

        if (context.Contains("permission for 192.0.2.150", StringComparison.Ordinal))
        {
            Succeed(StunMethod.CreatePermission, (ref StunWriter w) => w.AddXorAddress(StunAttributeType.XorPeerAddress, Peer));
        }
    }

    private delegate void Attributes(ref StunWriter writer);

    /// <summary>Where datagrams went on behalf of the client, and how long they were.</summary>
    public List<(TransportAddress To, int Length)> RelayedDatagrams { get; } = [];

    public int Permissions => _machine.Allocations.Sum(a => a.Permissions.Count);

    /// <summary>Gives a datagram of the client to the machine and returns what goes back to it.</summary>
    public List<byte[]> Receive(byte[] datagram)
    {
        _machine.HandleDatagram(MonotonicTime.Zero, new TransportPath(_listener, Client), datagram);
        while (_machine.TryGetHostRequest(out ServerHostRequest? request))
        {
            _machine.HandleHostAnswer(MonotonicTime.Zero, new RelaySocketOpened(request.Socket));
        }

        List<byte[]> answers = [];
        while (_machine.TryGetTransmit(MonotonicTime.Zero, _buffer, out Transmit transmit))
        {
            if (transmit.Socket == _listener)
            {
                transmit.Destination.Should().Be(Client);
                answers.Add(_buffer[..transmit.Length]);
            }
            else
            {
                RelayedDatagrams.Add((transmit.Destination, transmit.Length));
            }
        }

        return answers;
    }

    public void Dispose() => _machine.Dispose();

    private static StunTurnServerOptions Options(string context) => new()
    {
        OffersBehaviorDiscovery = context.Contains("behaviour discovery", StringComparison.Ordinal),
        IsOpen = context.Contains("authentication off", StringComparison.Ordinal) || context.Contains("TURN over TCP", StringComparison.Ordinal),
        LongTerm = context.Contains("SHA-256/MD5", StringComparison.Ordinal) ? LongTermMode.Rfc8489 : LongTermMode.Rfc5389,
        ShortTermUsers = context.Contains("short-term", StringComparison.Ordinal)
            ? new Dictionary<string, string> { ["abcd:efgh"] = "VOkJxbRl1RmTxUk/WvJxBt" }
            : [],
        Users = new Dictionary<string, string> { ["George"] = "secret" },
    };

    private void Succeed(StunMethod method, Attributes attributes)
    {
        var writer = new StunWriter(new byte[200], method, StunClass.Request, new StunTransactionId((uint)method, 1));
        attributes(ref writer);
        StunReader.TryParse(Receive(writer.Written.ToArray()).Should().ContainSingle().Subject, out StunReader response);
        response.Class.Should().Be(StunClass.SuccessResponse);
    }
}
