using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Protocol.Tests.Turn;

/// <summary>TCP allocations (RFC 6062), at the client and at the test kit's server.</summary>
public sealed class TurnConnectionTests
{
    private static readonly TurnAllocationSettings Tcp = new() { Link = StunLinkKind.Stream, RelayProtocol = TurnRelayProtocol.Tcp };

    [Fact]
    [Rfc("TCP-6062-4.1-a")]
    [Rfc("TCP-6062-4.3-a")]
    [Rfc("TCP-6062-4.3-b")]
    [Rfc("TURN-8656-7.1-b")]
    public void A_peer_is_connected_and_bound_on_a_stream_of_its_own()
    {
        using TurnPair pair = new TurnPair(Tcp).Allocate();
        pair.Sent.Should().OnlyContain(s => ProtocolOf(s.Bytes) == 6);
        pair.Sent.Clear();

        pair.Client.Connections.Connect(pair.Now, TurnPair.Peer).Should().BeTrue();
        pair.Pump();
        TurnEvent connected = pair.TakeEvents()[^1];
        (connected.Kind, connected.Peer, connected.PeerPort).Should().Be((TurnEventKind.PeerConnected, TurnPair.Peer.Address, TurnPair.Peer.Port));
        pair.HostRequests.OfType<ConnectPeer>().Single().Should().Match<ConnectPeer>(c => c.Peer == TurnPair.Peer && c.LocalAddress == pair.Client.RelayedAddress);
        pair.Client.Connections.Bind(pair.Now, connected.ConnectionId, TurnPair.Second).Should().BeTrue();
        pair.Pump();

        // The second ConnectionBind answers 438: this server gives each address a nonce of its own.
        pair.Sent.Select(s => (TurnBench.MethodOf(s.Bytes), s.Socket)).Should().Equal(
            (StunMethod.Connect, TurnPair.First), (StunMethod.ConnectionBind, TurnPair.Second), (StunMethod.ConnectionBind, TurnPair.Second));
        TurnEvent bound = pair.TakeEvents().Should().ContainSingle().Which;
        (bound.Kind, bound.ConnectionId, bound.Socket).Should().Be((TurnEventKind.ConnectionBound, connected.ConnectionId, TurnPair.Second));
        pair.HostRequests.OfType<JoinStreams>().Single().Client.Should().Be(TurnPair.ClientAt(TurnPair.Second));
        pair.Allocation.Connections.Should().Equal(TurnPair.Peer);
        pair.Client.TryWriteData(new byte[100], TurnPair.Peer, [1], out _).Should().BeFalse("there is no Send on a TCP allocation");
        pair.Client.RequestChannel(pair.Now, TurnPair.Peer).Should().BeFalse();
    }

    [Theory]
    [InlineData(StunMethod.Connect, 438)]
    [InlineData(StunMethod.Connect, 401)]
    [InlineData(StunMethod.ConnectionBind, 438)]
    [InlineData(StunMethod.ConnectionBind, 401)]
    public void Connections_go_through_the_same_challenges(StunMethod method, int code)
    {
        using TurnPair pair = new TurnPair(Tcp, new() { Users = TurnPair.Users, LongTerm = LongTermMode.Rfc8489 }).Allocate();
        pair.Server.Faults.RefuseNext(method, code);
        pair.Run(TimeSpan.FromSeconds(1));

        BindOne(pair);

        bool isWrongUser = code == 401;
        pair.Events.Exists(e => e.Kind == TurnEventKind.ConnectionBound).Should().Be(!isWrongUser);
        pair.Events.Exists(e => e.Kind == TurnEventKind.ConnectionEnded && e.Failure == TurnFailure.Unauthorized).Should().Be(isWrongUser, "401 to the same user and realm is final");
        pair.Client.State.Should().Be(TurnAllocationState.Allocated);
    }

    [Fact]
    [Rfc("TCP-6062-4.3-c")]
    [Rfc("TCP-6062-4.3-d")]
    [Rfc("TCP-6062-5.2-a")]
    public void One_Connect_a_peer_at_a_time_and_ten_seconds_after_one_that_failed()
    {
        using TurnPair pair = new TurnPair(Tcp).Allocate();
        pair.PeerAccepts = _ => null;
        pair.Client.Connections.Connect(pair.Now, TurnPair.Peer).Should().BeTrue();
        pair.Pump();
        pair.Client.Connections.Connect(pair.Now, TurnPair.Peer).Should().BeFalse();
        pair.Server.HandleHostAnswer(pair.Now, new PeerStreamRefused(pair.HostRequests.OfType<ConnectPeer>().Single().Socket));
        pair.Pump();
        (pair.Events[^1].Kind, pair.Events[^1].Failure, pair.Events[^1].ErrorCode).Should().Be((TurnEventKind.ConnectionEnded, TurnFailure.ConnectionFailed, 447));

        pair.Run(TimeSpan.FromSeconds(9));
        pair.Client.Connections.Connect(pair.Now, TurnPair.Peer).Should().BeFalse();
        pair.Run(TimeSpan.FromSeconds(1));
        pair.PeerAccepts = _ => true;
        pair.Client.Connections.Connect(pair.Now, TurnPair.Peer).Should().BeTrue();
        pair.Pump();
        pair.Events[^1].Kind.Should().Be(TurnEventKind.PeerConnected);
    }

    [Fact]
    [Rfc("TCP-6062-4.3-e")]
    [Rfc("TCP-6062-5.2-a")]
    public void A_Connect_waits_for_the_server_to_try_even_where_other_requests_do_not()
    {
        using TurnPair pair = new TurnPair(Tcp with { StreamTimeout = TimeSpan.FromSeconds(10) }).Allocate();
        pair.PeerAccepts = _ => null;
        pair.Client.Connections.Connect(pair.Now, TurnPair.Peer);
        pair.Pump();

        pair.Run(TimeSpan.FromSeconds(29.9));
        pair.Client.Connections.Count.Should().Be(1);
        pair.Run(TimeSpan.FromSeconds(0.1));

        pair.Events[^1].ErrorCode.Should().Be(447, "the server gives up after 30 s");
    }

    [Fact]
    [Rfc("TCP-6062-4.4-a")]
    [Rfc("TCP-6062-5.2-b")]
    [Rfc("TCP-6062-5.3-a")]
    public void A_peer_that_comes_is_bound_or_turned_away_after_thirty_seconds()
    {
        using TurnPair pair = new TurnPair(Tcp).Allocate();
        pair.ConnectFromPeer(TurnPair.Peer).IsNone.Should().BeTrue("it has no permission");
        pair.Permit(TurnPair.Peer);
        pair.TakeEvents();

        pair.ConnectFromPeer(TurnPair.Peer).IsNone.Should().BeFalse();
        SocketHandle ignored = pair.ConnectFromPeer(TurnPair.Peer with { Port = 5001 });
        List<TurnEvent> attempts = pair.TakeEvents();
        attempts.Select(e => (e.Kind, e.Peer, e.PeerPort)).Should().Equal(
            (TurnEventKind.ConnectionAttempted, TurnPair.Peer.Address, TurnPair.Peer.Port), (TurnEventKind.ConnectionAttempted, TurnPair.Peer.Address, (ushort)5001));
        pair.Client.Connections.Bind(pair.Now, attempts[0].ConnectionId, TurnPair.Second).Should().BeTrue();
        pair.Pump();
        pair.TakeEvents().Should().ContainSingle().Which.Kind.Should().Be(TurnEventKind.ConnectionBound);

        pair.Run(TimeSpan.FromSeconds(30));
        (pair.Events[^1].Kind, pair.Events[^1].Failure, pair.Events[^1].ConnectionId).Should().Be((TurnEventKind.ConnectionEnded, TurnFailure.Expired, attempts[1].ConnectionId));
        pair.HostRequests.OfType<CloseRelaySocket>().Should().ContainSingle().Which.Socket.Should().Be(ignored);
        pair.Client.Connections.Bind(pair.Now, attempts[1].ConnectionId, TurnPair.Third).Should().BeFalse();
        pair.Client.Connections.Count.Should().Be(1);
    }

    [Fact]
    [Rfc("TCP-6062-4.4-b")]
    public void Attempts_that_make_no_sense_are_dropped()
    {
        using TurnPair pair = new TurnPair(Tcp).Allocate();
        pair.Permit(TurnPair.Peer);
        pair.TakeEvents();
        TransportAddress stranger = TransportAddress.Parse("203.0.113.10:1");

        Attempt(pair, null, 7).Should().Be(DatagramVerdict.Dropped(DropReason.MalformedRelayData));
        Attempt(pair, TurnPair.Peer, null).Should().Be(DatagramVerdict.Dropped(DropReason.MalformedRelayData));
        Attempt(pair, stranger, 7).Should().Be(DatagramVerdict.Dropped(DropReason.NoPermission));
        Attempt(pair, TurnPair.Peer, 7).Should().Be(DatagramVerdict.Consumed);
        Attempt(pair, TurnPair.Peer, 7).Should().Be(DatagramVerdict.Dropped(DropReason.LimitReached), "the number is taken");
        for (uint id = 8; id < 1000; id++)
        {
            Attempt(pair, TurnPair.Peer, id);
        }

        pair.Client.Connections.Count.Should().Be(TurnConnections.MaxConnections);
        using TurnPair udp = new TurnPair(new() { Link = StunLinkKind.Stream }).Allocate();
        udp.Permit(TurnPair.Peer);
        Attempt(udp, TurnPair.Peer, 7).Should().Be(DatagramVerdict.Dropped(DropReason.UnexpectedMessage));
    }

    [Fact]
    [Rfc("TCP-6062-4.2-a")]
    [Rfc("TCP-6062-4.6-a")]
    public void The_control_connection_keeps_the_allocation_while_a_connection_lasts()
    {
        using TurnPair pair = new TurnPair(Tcp).Allocate();
        BindOne(pair);
        pair.Sent.Clear();

        pair.Run(TimeSpan.FromHours(3));

        pair.Methods.Should().Contain(StunMethod.Refresh);
        pair.Sent.Should().OnlyContain(s => s.Socket == TurnPair.First);
        pair.Allocation.Connections.Should().Equal(TurnPair.Peer);
    }

    [Fact]
    [Rfc("TCP-6062-4.6-b")]
    [Rfc("TCP-6062-5.5-a")]
    public void Each_end_of_a_connection_ends_the_other_and_the_control_connection_ends_all()
    {
        using TurnPair pair = new TurnPair(Tcp).Allocate();
        BindOne(pair);
        pair.TakeEvents();

        pair.CloseStream(TurnPair.Second);
        pair.TakeEvents().Should().ContainSingle().Which.Should().Match<TurnEvent>(e => e.Kind == TurnEventKind.ConnectionEnded && e.Failure == TurnFailure.StreamClosed);
        pair.HostRequests.OfType<CloseRelaySocket>().Should().ContainSingle("the peer's side goes too");

        BindOne(pair);
        SocketHandle peerStream = pair.HostRequests.OfType<ConnectPeer>().Last().Socket;
        pair.Server.HandlePeerStreamClosed(pair.Now, peerStream);
        pair.Pump();
        pair.HostRequests.OfType<CloseClientStream>().Should().Contain(c => c.Client == TurnPair.ClientAt(TurnPair.Second));
        pair.Client.HandleStreamClosed(pair.Now, TurnPair.Second);

        BindOne(pair);
        pair.TakeEvents();
        pair.CloseStream(TurnPair.First);
        pair.TakeEvents().Select(e => e.Kind).Should().Equal(TurnEventKind.Lost, TurnEventKind.ConnectionEnded);
        (pair.Client.State, pair.Client.Failure).Should().Be((TurnAllocationState.Lost, TurnFailure.StreamClosed));
        pair.Server.Allocations.Should().BeEmpty();
    }

    [Fact]
    [Rfc("TCP-6062-5.5-a")]
    public void An_allocation_that_ends_takes_its_connections_along()
    {
        using TurnPair pair = new TurnPair(Tcp).Allocate();
        BindOne(pair);
        SocketHandle peerStream = pair.HostRequests.OfType<ConnectPeer>().Single().Socket;

        pair.Client.Close(pair.Now);
        pair.Pump();

        pair.Client.State.Should().Be(TurnAllocationState.Closed);
        pair.HostRequests.OfType<CloseRelaySocket>().Should().Contain(c => c.Socket == peerStream);
        pair.HostRequests.OfType<CloseClientStream>().Should().ContainSingle();
    }

    private static void BindOne(TurnPair pair)
    {
        pair.Client.Connections.Connect(pair.Now, TurnPair.Peer).Should().BeTrue();
        pair.Pump();
        if (pair.Events.FindLast(e => e.Kind == TurnEventKind.PeerConnected) is { ConnectionId: not 0 } connected)
        {
            pair.Client.Connections.Bind(pair.Now, connected.ConnectionId, TurnPair.Second).Should().BeTrue();
            pair.Pump();
        }
    }

    private static DatagramVerdict Attempt(TurnPair pair, TransportAddress? peer, uint? id)
    {
        byte[] indication = TurnBench.Message(StunMethod.ConnectionAttempt, StunClass.Indication, new StunTransactionId(1, id ?? 0), (ref StunWriter w) =>
        {
            if (peer is { } address)
            {
                w.AddXorAddress(StunAttributeType.XorPeerAddress, address);
            }

            if (id is { } number)
            {
                w.AddUInt32(StunAttributeType.ConnectionId, number);
            }
        });
        return pair.Client.HandleDatagram(pair.Now, new TransportPath(TurnPair.First, TurnPair.ServerAddress), indication);
    }

    private static int ProtocolOf(byte[] request)
    {
        StunReader.TryParse(request, out StunReader reader);
        return reader.GetByte(StunAttributeType.RequestedTransport, out byte protocol) == StunAttributeStatus.Ok ? protocol : 0;
    }
}
