using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Turn;

public sealed class TurnChannelTests : IDisposable
{
    private static readonly TransportAddress Peer = TransportAddress.Parse("192.0.2.150:32102");
    private static readonly TransportAddress Other = TransportAddress.Parse("192.0.2.150:32103");

    private readonly byte[] _buffer = new byte[1500];
    private TurnBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    [Rfc("TURN-8656-12-a")]
    [Rfc("TURN-8656-12-b")]
    [Rfc("TURN-8656-12.1-a")]
    public void ChannelBind_names_number_and_peer_with_its_port()
    {
        byte[] request = Ask();

        TurnBench.MethodOf(request).Should().Be(StunMethod.ChannelBind);
        ChannelOf(request).Should().Be(((ushort)0x4000, Peer));
        ChannelOf(AskFor(Other)).Should().Be(((ushort)0x4001, Other), "another port is another channel");
    }

    [Fact]
    [Rfc("TURN-8656-12-h")]
    public void Data_goes_in_Send_indications_until_the_server_has_confirmed_the_channel()
    {
        byte[] request = Ask();
        byte[] payload = [1, 2, 3, 4, 5];
        Write(payload).Should().StartWith(new byte[] { 0x00, 0x16 });
        _bench.Machine.TryGetChannel(Peer, out _).Should().BeFalse();

        _bench.Receive(_bench.Success(request)).Kind.Should().Be(VerdictKind.Consumed);

        Write(payload).Should().Equal(0x40, 0x00, 0x00, 0x05, 1, 2, 3, 4, 5);
        Write(payload, Other).Should().StartWith(new byte[] { 0x00, 0x16 }, "the permission is for the address, the channel for the port");
        _bench.Events().Should().ContainSingle().Which.Should().Be(new TurnEvent(TurnEventKind.ChannelBound) { Peer = Peer.Address, PeerPort = Peer.Port, Channel = 0x4000 });
        _bench.Machine.TryGetChannel(Peer, out ushort number).Should().BeTrue();
        number.Should().Be(0x4000);
    }

    [Fact]
    [Rfc("TURN-8656-12.5-c")]
    public void Where_fragmenting_is_forbidden_data_stays_in_Send_indications()
    {
        _bench.Dispose();
        _bench = new TurnBench(new TurnAllocationSettings { DontFragment = true });
        Bind();

        Write([1]).Should().StartWith(new byte[] { 0x00, 0x16 });
    }

    [Fact]
    [Rfc("TURN-8656-12-g")]
    public void ChannelData_counts_as_soon_as_ChannelBind_was_sent()
    {
        _bench.Allocate();
        _bench.Permit("192.0.2.150");
        _bench.Machine.RequestChannel(_bench.Now, Peer);
        _bench.Receive(Frame(0x4000, 7)).Reason.Should().Be(DropReason.UnboundChannel, "nobody has asked yet");
        _bench.Next();

        DatagramVerdict verdict = _bench.Receive(Frame(0x4000, 7));

        verdict.Should().Be(DatagramVerdict.Payload(4, 1, 0, 0, Peer));
    }

    [Fact]
    public void ChannelData_may_come_before_the_permission_is_confirmed_too()
    {
        _bench.Allocate();
        _bench.Machine.RequestChannel(_bench.Now, Peer);
        while (_bench.Next() is not null)
        {
        }

        _bench.Receive(Frame(0x4000, 7)).Kind.Should().Be(VerdictKind.Payload);
    }

    [Fact]
    [Rfc("TURN-8656-12.6-a")]
    [Rfc("TURN-8656-12.6-b")]
    [Rfc("TURN-8656-12.4-a")]
    public void Frames_that_do_not_fit_are_dropped_and_surplus_bytes_ignored()
    {
        Bind();

        _bench.Receive([0x40, 0x00, 0x00, 0x03, 1, 2]).Reason.Should().Be(DropReason.MalformedRelayData);
        _bench.Receive([0x40, 0x00, 0x00]).Reason.Should().Be(DropReason.MalformedRelayData);
        _bench.Receive(Frame(0x4001, 1)).Reason.Should().Be(DropReason.UnboundChannel);
        _bench.Receive([0x50, 0x00, 0x00, 0x00]).Kind.Should().Be(VerdictKind.Dropped);
        _bench.Receive([0x40, 0x00, 0x00, 0x01, 9, 0, 0, 0]).PayloadLength.Should().Be(1);
        _bench.Receive([0x40, 0x00, 0x00, 0x00]).Should().Be(DatagramVerdict.Payload(4, 0, 0, 0, Peer));
    }

    [Fact]
    [Rfc("DEMUX-7983-7-b")]
    [Rfc("TURN-8656-11.4-c")]
    public void ChannelData_counts_only_from_the_server_on_its_socket()
    {
        Bind();

        _bench.Machine.HandleDatagram(_bench.Now, new TransportPath(TurnBench.Socket, Peer), Frame(0x4000, 1)).Reason.Should().Be(DropReason.UnexpectedSource);
        _bench.Machine.HandleDatagram(_bench.Now, new TransportPath(new SocketHandle(6), TurnBench.Server), Frame(0x4000, 1)).Reason.Should().Be(DropReason.UnknownSocket);
    }

    [Fact]
    [Rfc("TURN-8656-12.6-c")]
    public void ChannelData_is_dropped_once_the_permission_has_run_out()
    {
        Bind();
        _bench.Advance(301_000);

        _bench.Machine.HasPermission(Peer.Address).Should().BeFalse("nobody answered its refreshes");
        _bench.Receive(Frame(0x4000, 1)).Reason.Should().Be(DropReason.NoPermission);
        _bench.Machine.TryWriteData(_buffer, Peer, [1], out _).Should().BeFalse();
        _bench.Machine.TryGetChannel(Peer, out _).Should().BeFalse();
    }

    [Fact]
    [Rfc("TURN-8656-12.2-b")]
    public void A_bound_channel_brings_its_peer_a_permission()
    {
        _bench.Allocate();
        _bench.Machine.RequestChannel(_bench.Now, Peer);
        byte[] permission = _bench.Next()!, bind = _bench.Next()!;

        _bench.Receive(_bench.Success(bind));

        TurnBench.MethodOf(permission).Should().Be(StunMethod.CreatePermission);
        _bench.Machine.HasPermission(Peer.Address).Should().BeTrue();
        _bench.Events().Select(e => e.Kind).Should().Equal(TurnEventKind.PermissionInstalled, TurnEventKind.ChannelBound);
    }

    [Fact]
    [Rfc("TURN-8656-12-d")]
    [Rfc("TURN-8656-12.3-a")]
    public void A_channel_is_bound_again_every_540_seconds_and_its_permission_apart_every_240()
    {
        Bind();
        List<(double Seconds, StunMethod Method)> sent = [];

        Run(1700, request => sent.Add((Math.Round(_bench.Milliseconds / 1000), TurnBench.MethodOf(request))));

        sent.Where(s => s.Method == StunMethod.ChannelBind).Select(s => s.Seconds).Should().Equal(540, 1080, 1620);
        sent.Where(s => s.Method == StunMethod.CreatePermission).Select(s => s.Seconds).Should().StartWith([240.0, 480]).And.OnlyHaveUniqueItems();
        Write([1]).Should().StartWith(new byte[] { 0x40, 0x00 });
        _bench.Events().Should().BeEmpty("nothing has changed for the user");
    }

    [Fact]
    [Rfc("TURN-8656-12-d")]
    public void A_channel_that_is_not_bound_again_ends_after_600_seconds()
    {
        Bind();
        Run(599.9, refused: StunMethod.ChannelBind);
        Write([1]).Should().StartWith(new byte[] { 0x40, 0x00 });

        Run(600, refused: StunMethod.ChannelBind);

        Write([1]).Should().StartWith(new byte[] { 0x00, 0x16 });
        _bench.Receive(Frame(0x4000, 1)).Reason.Should().Be(DropReason.UnboundChannel);
        _bench.Events().Should().ContainSingle(e => e.Kind == TurnEventKind.ChannelRefused && e.Failure == TurnFailure.Expired && e.PeerPort == Peer.Port);
    }

    [Fact]
    [Rfc("TURN-8656-12-e")]
    [Rfc("TURN-8656-12-c")]
    public void Number_and_peer_are_not_paired_anew_before_300_seconds_of_quarantine()
    {
        _bench.Dispose();
        _bench = new TurnBench(new TurnAllocationSettings { MaxChannels = 1 });
        Bind();
        Run(899, refused: StunMethod.ChannelBind);
        _bench.Machine.RequestChannel(_bench.Now, Other).Should().BeFalse("its only number rests");

        Run(901, refused: StunMethod.ChannelBind);

        _bench.Machine.RequestChannel(_bench.Now, Other).Should().BeTrue();
        ChannelOf(_bench.Next()!).Should().Be(((ushort)0x4000, Other));
    }

    [Fact]
    [Rfc("TURN-8656-12-e")]
    public void The_same_pairing_may_be_bound_again_in_its_quarantine()
    {
        Bind();
        Run(700, refused: StunMethod.ChannelBind);

        ChannelOf(AskFor(Peer)).Should().Be(((ushort)0x4000, Peer));
    }

    [Fact]
    public void Silence_is_answered_by_asking_again_and_numbers_of_unanswered_requests_rest()
    {
        Ask();
        List<byte[]> sent = [];
        Run(45, answer: _ => false, sent: sent.Add);

        IEnumerable<byte[]> binds = sent.Where(r => TurnBench.MethodOf(r) == StunMethod.ChannelBind);
        binds.Select(r => Convert.ToHexString(r.AsSpan(8, 12))).Distinct().Count().Should().Be(2);
        binds.Select(ChannelOf).Should().AllBeEquivalentTo(((ushort)0x4000, Peer));
    }

    [Theory]
    [InlineData(403, TurnFailure.Forbidden)]
    [InlineData(443, TurnFailure.PeerAddressFamilyMismatch)]
    [InlineData(508, TurnFailure.InsufficientCapacity)]
    public void A_refused_channel_is_told_once_and_data_goes_on_in_Send_indications(int code, TurnFailure failure)
    {
        byte[] request = Ask();

        _bench.Receive(_bench.Error(request, code));

        TurnEvent refused = _bench.Events().Should().ContainSingle().Subject;
        (refused.Kind, refused.Failure, refused.ErrorCode, refused.PeerPort).Should().Be((TurnEventKind.ChannelRefused, failure, code, Peer.Port));
        _bench.Next().Should().BeNull();
        Write([1]).Should().StartWith(new byte[] { 0x00, 0x16 });
        _bench.Receive(Frame(0x4000, 1)).Reason.Should().Be(DropReason.UnboundChannel);
    }

    [Fact]
    [Rfc("TURN-8656-12.3-b")]
    public void An_unexpected_400_gives_the_allocation_back()
    {
        byte[] request = Ask();

        _bench.Receive(_bench.Error(request, 400));

        byte[] release = _bench.Next()!;
        (TurnBench.MethodOf(release), TurnBench.LifetimeOf(release)).Should().Be((StunMethod.Refresh, 0u));
        _bench.Machine.TryWriteData(_buffer, Peer, [1], out _).Should().BeFalse();
        _bench.Receive(_bench.Refreshed(release, 0));
        TurnEvent lost = _bench.Events().Should().ContainSingle().Subject;
        (lost.Kind, lost.Failure, lost.ErrorCode).Should().Be((TurnEventKind.Lost, TurnFailure.BadRequest, 400));
    }

    [Fact]
    public void Stale_nonce_is_answered_like_for_any_other_request()
    {
        byte[] request = Ask();

        _bench.Receive(TurnBench.Challenge(request, 438, "another nonce"));

        byte[] repeat = _bench.Next()!;
        ChannelOf(repeat).Should().Be(((ushort)0x4000, Peer));
        _bench.Receive(_bench.Success(repeat));
        _bench.Machine.TryGetChannel(Peer, out _).Should().BeTrue();
    }

    [Fact]
    public void Channels_asked_for_before_the_allocation_stands_wait_for_it()
    {
        _bench.Machine.RequestChannel(_bench.Now, Peer).Should().BeTrue();
        _bench.Machine.RequestChannel(_bench.Now, TransportAddress.Parse("[2001:db8::1]:5000")).Should().BeTrue();
        _bench.Next().Should().BeNull();
        _bench.Machine.Start(_bench.Now);
        _bench.Receive(TurnBench.Challenge(_bench.Next()!));
        _bench.Receive(_bench.Allocation(_bench.Next()!));

        TurnBench.MethodOf(_bench.Next()!).Should().Be(StunMethod.CreatePermission);
        ChannelOf(_bench.Next()!).Should().Be(((ushort)0x4000, Peer));
        _bench.Next().Should().BeNull("the other family cannot be reached");
        _bench.Events().Should().ContainSingle(e => e.Kind == TurnEventKind.ChannelRefused && e.ErrorCode == 443);
    }

    [Fact]
    public void More_channels_than_the_settings_allow_are_refused()
    {
        _bench.Dispose();
        _bench = new TurnBench(new TurnAllocationSettings { MaxChannels = 2 });
        _bench.Allocate();

        for (ushort port = 1; port <= 2; port++)
        {
            _bench.Machine.RequestChannel(_bench.Now, Peer with { Port = port }).Should().BeTrue();
        }

        _bench.Machine.RequestChannel(_bench.Now, Peer with { Port = 3 }).Should().BeFalse();
        _bench.Machine.RequestChannel(_bench.Now, Peer with { Port = 1 }).Should().BeTrue();
    }

    [Fact]
    public void A_peer_without_port_is_the_callers_mistake()
    {
        Action act = () => _bench.Machine.RequestChannel(_bench.Now, Peer with { Port = 0 });

        act.Should().Throw<ArgumentException>().WithParameterName("peer").WithMessage("*192.0.2.150*");
    }

    [Fact]
    [Rfc("TURN-8656-11.6-a")]
    public void Icmp_is_told_with_type_code_and_mtu()
    {
        _bench.Allocate();
        _bench.Permit("192.0.2.150");

        _bench.Receive(TurnBench.Message(StunMethod.Data, StunClass.Indication, default, (ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttributeType.XorPeerAddress, Peer);
            w.AddIcmp(3, 4, 1280);
        })).Kind.Should().Be(VerdictKind.Consumed);

        TurnEvent fact = _bench.Events().Should().ContainSingle().Subject;
        (fact.Kind, fact.Peer, fact.PeerPort, fact.Icmp).Should().Be((TurnEventKind.PeerUnreachable, Peer.Address, Peer.Port, new TurnIcmp(3, 4, 1280)));
        fact.Icmp!.Value.GetMtu(IpFamily.IPv4).Should().Be(1280);
        new TurnIcmp(3, 3, 0).GetMtu(IpFamily.IPv4).Should().BeNull();
        new TurnIcmp(2, 0, 1280).GetMtu(IpFamily.IPv6).Should().Be(1280);
    }

    [Fact]
    public void Channel_data_both_ways_allocates_nothing()
    {
        Bind();
        byte[] datagram = Frame(0x4000, new byte[160]), payload = new byte[160];
        for (int i = 0; i < 3; i++)
        {
            Exchange();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Exchange();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Exchange()
        {
            _bench.Machine.TryWriteData(_buffer, Peer, payload, out _);
            _bench.Machine.HandleDatagram(_bench.Now, TurnBench.FromServer, datagram);
        }
    }

    private static byte[] Frame(ushort channel, params byte[] data)
    {
        byte[] frame = new byte[data.Length + 4];
        ChannelDataWriter.Write(frame, channel, data);
        return frame;
    }

    private static (ushort Number, TransportAddress Peer) ChannelOf(byte[] request)
    {
        StunReader.TryParse(request, out StunReader reader).Should().Be(StunParseStatus.Ok);
        reader.GetUInt16(StunAttributeType.ChannelNumber, out ushort number).Should().Be(StunAttributeStatus.Ok);
        reader.GetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer).Should().Be(StunAttributeStatus.Ok);
        return (number, peer);
    }

    /// <summary>An allocation with permission for the peer, and the ChannelBind for it.</summary>
    private byte[] Ask()
    {
        _bench.Allocate();
        _bench.Permit("192.0.2.150");
        return AskFor(Peer);
    }

    private byte[] AskFor(TransportAddress peer)
    {
        _bench.Machine.RequestChannel(_bench.Now, peer).Should().BeTrue();
        return _bench.Next()!;
    }

    private void Bind()
    {
        _bench.Receive(_bench.Success(Ask()));
        _bench.Events().Should().ContainSingle().Which.Kind.Should().Be(TurnEventKind.ChannelBound);
    }

    private byte[] Write(byte[] payload, TransportAddress? peer = null)
    {
        _bench.Machine.TryWriteData(_buffer, peer ?? Peer, payload, out int length).Should().BeTrue();
        return _buffer[..length];
    }

    /// <summary>Moves the clock to a second; a friendly server answers all but what is refused or left out.</summary>
    private void Run(double seconds, Action<byte[]>? sent = null, StunMethod? refused = null, Func<byte[], bool>? answer = null) =>
        _bench.Advance(seconds * 1000, request =>
        {
            sent?.Invoke(request);
            if (answer?.Invoke(request) == false)
            {
                return;
            }

            StunMethod method = TurnBench.MethodOf(request);
            _bench.Receive(method == refused ? _bench.Error(request, 403) : method == StunMethod.Refresh ? _bench.Refreshed(request) : _bench.Success(request));
        });
}
