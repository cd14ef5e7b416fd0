using System.Buffers.Binary;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

/// <summary>Connect and ConnectionBind as the server answers them (RFC 6062 §5).</summary>
public class TcpAllocationServiceTests
{
    private static readonly TransportAddress Data = TransportAddress.Parse("198.51.100.7:40001"), Peer = TransportAddress.Parse("203.0.113.9:80");
    private readonly ServerHarness _server = new(new() { Users = ServerHarness.Users, IsForbiddenPeer = p => p == IpAddress.Parse("203.0.113.66") }, ServerTransport.Tcp);
    private readonly SocketHandle _udp;

    public TcpAllocationServiceTests() => _udp = _server.Machine.AddListener(ServerHarness.ServerAddress with { Port = 3479 });

    [Theory]
    [InlineData("203.0.113.9:0", 400)]
    [InlineData("203.0.113.66:80", 403)]
    [InlineData("[2001:db8::9]:80", 443)]
    [Rfc("TCP-6062-5.2-a")]
    public void A_Connect_that_cannot_be_is_refused(string peer, int code)
    {
        Credentials credentials = Allocate();

        _server.Ask(new RequestBuilder(StunMethod.Connect, _server.NewId()).Peer(peer).Sign(credentials)).Code.Should().Be(code);
        _server.OtherRequests.Should().BeEmpty();
    }

    [Fact]
    [Rfc("TCP-6062-5.2-a")]
    public void A_Connect_without_allocation_or_peer_or_to_the_same_peer_again_is_refused()
    {
        Credentials early = _server.Challenge();
        _server.Ask(new RequestBuilder(StunMethod.Connect, _server.NewId()).Peer($"{Peer}").Sign(early)).Code.Should().Be(437);
        Credentials credentials = Allocate();
        _server.Ask(new RequestBuilder(StunMethod.Connect, _server.NewId()).Sign(credentials)).Code.Should().Be(400);

        _server.Receive(Connect(credentials)).Should().BeEmpty("the peer has to be reached first");
        Message.Single(_server.Receive(Connect(credentials))).Code.Should().Be(446);
        Message first = Accept();
        first.IsSuccess.Should().BeTrue();
        Message.Single(_server.Receive(Connect(credentials))).Code.Should().Be(446, "it stands");
    }

    [Fact]
    [Rfc("TCP-6062-5.4-a")]
    [Rfc("TCP-6062-5.4-c")]
    public void ConnectionBind_wants_a_stream_a_known_number_once_and_the_right_user()
    {
        Credentials credentials = Allocate();
        _server.Receive(Connect(credentials));
        uint id = BinaryPrimitives.ReadUInt32BigEndian(Accept().Bytes(StunAttributeType.ConnectionId));

        Bind(null, _server.Listener).Code.Should().Be(400);
        Bind(id + 1, _server.Listener).Code.Should().Be(400);
        Bind(id, _udp).Code.Should().Be(400);
        Bind(id, _server.Listener, "bob", "other").Code.Should().Be(441);
        Bind(id, _server.Listener).IsSuccess.Should().BeTrue();
        _server.OtherRequests.OfType<JoinStreams>().Should().ContainSingle().Which.Client.Should().Be(Data);
        Bind(id, _server.Listener).Code.Should().Be(400, "it has a stream");
    }

    [Fact]
    [Rfc("TCP-6062-5.2-b")]
    public void A_connection_that_nobody_binds_is_closed_after_thirty_seconds()
    {
        Credentials credentials = Allocate();
        _server.Receive(Connect(credentials));
        uint id = BinaryPrimitives.ReadUInt32BigEndian(Accept().Bytes(StunAttributeType.ConnectionId));

        _server.Pass(TimeSpan.FromSeconds(29.9));
        _server.OtherRequests.OfType<CloseRelaySocket>().Should().BeEmpty();
        _server.Pass(TimeSpan.FromSeconds(0.1));

        _server.OtherRequests.OfType<CloseRelaySocket>().Should().ContainSingle();
        Bind(id, _server.Listener).Code.Should().Be(400);
    }

    private Credentials Allocate()
    {
        Credentials credentials = _server.Challenge();
        _server.Ask(new RequestBuilder(StunMethod.Allocate, _server.NewId()).Transport(6).Sign(credentials)).IsSuccess.Should().BeTrue();
        return credentials;
    }

    private byte[] Connect(Credentials credentials) => new RequestBuilder(StunMethod.Connect, _server.NewId()).Peer($"{Peer}").Sign(credentials).ToArray();

    private Message Accept()
    {
        ConnectPeer asked = _server.OtherRequests.OfType<ConnectPeer>().Last();
        (asked.Peer, asked.LocalAddress).Should().Be((Peer, _server.Machine.Allocations.Single().Relayed));
        _server.Machine.HandleHostAnswer(_server.Now, new PeerStreamOpened(asked.Socket));
        return Message.Single(_server.Drain());
    }

    private Message Bind(uint? id, SocketHandle listener, string user = "alice", string password = "secret")
    {
        Message challenge = Message.Single(_server.Receive(listener, Data, new RequestBuilder(StunMethod.ConnectionBind, _server.NewId()).ToArray()));
        Credentials credentials = new(user, password, challenge.Text(StunAttributeType.Realm), challenge.Bytes(StunAttributeType.Nonce)!);
        RequestBuilder request = new(StunMethod.ConnectionBind, _server.NewId());
        byte[] number = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(number, id ?? 0);
        request = id is null ? request : request.Raw(StunAttributeType.ConnectionId, number);
        return Message.Single(_server.Receive(listener, Data, request.Sign(credentials).ToArray()));
    }
}
