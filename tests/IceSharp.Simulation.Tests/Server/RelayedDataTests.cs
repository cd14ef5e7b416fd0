using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

public class RelayedDataTests
{
    private const string Peer = "203.0.113.5:9";

    private readonly ServerHarness _server = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1200)]
    [Rfc("TURN-8656-11.2-b")]
    public void A_send_indication_goes_out_as_exactly_its_data(int length)
    {
        Credentials credentials = _server.Allocate();
        _server.Permit(credentials, Peer);
        byte[] data = new byte[length];
        new SeededRandomSource(1).Fill(data);

        Sent sent = _server.Receive(_server.SendIndication(Peer, data)).Should().ContainSingle().Subject;

        (sent.Socket, sent.Destination).Should().Be((_server.RelaySockets.Keys.Single(), TransportAddress.Parse(Peer)));
        sent.Bytes.Should().Equal(data);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1201)]
    [Rfc("TURN-8656-11.3-a")]
    [Rfc("SRV-8656-9-a")]
    public void A_peers_datagram_comes_in_as_a_data_indication_without_credentials(int length)
    {
        Credentials credentials = _server.Allocate();
        _server.Permit(credentials, Peer);
        byte[] data = new byte[length];

        Sent sent = _server.ReceiveFromPeer(Peer, data).Should().ContainSingle().Subject;

        (sent.Socket, sent.Destination).Should().Be((_server.Listener, ServerHarness.Client));
        Message message = new(sent.Bytes);
        message.Method.Should().Be(StunMethod.Data);
        message.Address(StunAttributeType.XorPeerAddress).Should().Be(TransportAddress.Parse(Peer));
        message.Bytes(StunAttributeType.Data).Should().Equal(data);
        (message.HasIntegrity, message.Has(StunAttributeType.Username)).Should().Be((false, false));
    }

    [Fact]
    [Rfc("TURN-8656-11.2-a")]
    [Rfc("TURN-8656-5-e")]
    public void A_send_indication_that_lacks_something_is_discarded()
    {
        _server.Receive(_server.SendIndication(Peer, "x"u8)).Should().BeEmpty("there is no allocation");
        Credentials credentials = _server.Allocate();
        _server.Receive(_server.SendIndication(Peer, "x"u8)).Should().BeEmpty("there is no permission");
        _server.Permit(credentials, Peer);

        RequestBuilder Send() => new(StunMethod.Send, _server.NewId(), StunClass.Indication);
        _server.Receive(Send().Peer(Peer).ToArray()).Should().BeEmpty("there is no data");
        _server.Receive(Send().Data("x"u8).ToArray()).Should().BeEmpty("there is no peer");
        _server.Receive(Send().Peer(Peer).Data("x"u8).Raw(StunAttributeType.DontFragment, []).ToArray()).Should().BeEmpty("DF cannot be set");
        _server.Receive(Send().Peer(Peer).Data("x"u8).Raw((StunAttributeType)0x7F00, []).ToArray()).Should().BeEmpty("an attribute is unknown");
        _server.Receive(Send().Peer(Peer).Data("x"u8).ToArray()).Should().ContainSingle();
    }

    [Fact]
    [Rfc("TURN-8656-12.2-b")]
    [Rfc("TURN-8656-12.6-e")]
    [Rfc("TURN-8656-11.3-b")]
    [Rfc("TURN-8656-12.5-d")]
    public void A_bound_channel_carries_data_both_ways_for_that_very_peer()
    {
        Credentials credentials = _server.Allocate();
        _server.BindChannel(credentials, 0x4001, Peer).IsSuccess.Should().BeTrue();

        Sent sent = _server.Receive([0x40, 0x01, 0, 3, 1, 2, 3, 99]).Should().ContainSingle().Subject;
        sent.Destination.Should().Be(TransportAddress.Parse(Peer));
        sent.Bytes.Should().Equal([1, 2, 3], "what follows the length is padding");
        _server.Receive([0x40, 0x01, 0, 0]).Should().ContainSingle().Which.Bytes.Should().BeEmpty();

        _server.ReceiveFromPeer(Peer, [7, 8]).Should().ContainSingle().Which.Bytes.Should().Equal(0x40, 0x01, 0, 2, 7, 8);
        new Message(_server.ReceiveFromPeer("203.0.113.5:10", [7])[0].Bytes).Method.Should().Be(StunMethod.Data, "the port differs");
    }

    [Fact]
    [Rfc("TURN-8656-12.6-a")]
    public void Frames_too_short_or_on_unbound_channels_are_discarded()
    {
        Credentials credentials = _server.Allocate();
        _server.Receive([0x40, 0x01, 0, 0]).Should().BeEmpty();
        _server.Verdict.Reason.Should().Be(DropReason.UnboundChannel);
        _server.BindChannel(credentials, 0x4001, Peer);

        _server.Receive([0x40, 0x01, 0, 5, 1, 2, 3, 4]).Should().BeEmpty();
        _server.Receive([0x40, 0x01, 0]).Should().BeEmpty();
    }

    [Fact]
    [Rfc("TURN-8656-12.2-a")]
    [Rfc("TURN-8656-12-c")]
    public void A_channel_that_contradicts_another_or_its_range_is_400()
    {
        Credentials credentials = _server.Allocate();
        _server.BindChannel(credentials, 0x4001, Peer).IsSuccess.Should().BeTrue();

        _server.BindChannel(credentials, 0x4001, "203.0.113.5:10").Code.Should().Be(400);
        _server.BindChannel(credentials, 0x4002, Peer).Code.Should().Be(400);
        _server.BindChannel(credentials, 0x3FFF, "203.0.113.6:9").Code.Should().Be(400);
        _server.BindChannel(credentials, 0x5000, "203.0.113.6:9").Code.Should().Be(400);
        _server.BindChannel(credentials, 0x4003, "[2001:db8::5]:9").Code.Should().Be(443);
        _server.Ask(new RequestBuilder(StunMethod.ChannelBind, _server.NewId()).Channel(0x4003).Sign(credentials)).Code.Should().Be(400);
        _server.Ask(new RequestBuilder(StunMethod.ChannelBind, _server.NewId()).Peer(Peer).Sign(credentials)).Code.Should().Be(400);
        _server.BindChannel(credentials, 0x4001, Peer).IsSuccess.Should().BeTrue();
        _server.Machine.Allocations.Single().Channels.Should().ContainSingle();
    }

    [Fact]
    [Rfc("TURN-8656-12-d")]
    [Rfc("TURN-8656-12.6-d")]
    public void A_channel_lives_600_s_and_its_permission_300_s_whatever_flows()
    {
        Credentials credentials = _server.Allocate();
        _server.Refresh(credentials, 3600);
        _server.BindChannel(credentials, 0x4001, Peer);
        _server.Pass(TimeSpan.FromSeconds(299));
        _server.Receive([0x40, 0x01, 0, 0]).Should().ContainSingle();
        _server.Pass(TimeSpan.FromSeconds(1));
        _server.Receive([0x40, 0x01, 0, 0]).Should().BeEmpty("the permission is over");
        _server.Verdict.Reason.Should().Be(DropReason.NoPermission);
        _server.Permit(credentials, Peer);
        _server.Receive([0x40, 0x01, 0, 0]).Should().ContainSingle("the channel lives");

        _server.Pass(TimeSpan.FromSeconds(300) - TimeSpan.FromTicks(1));
        _server.Permit(credentials, Peer);
        _server.Receive([0x40, 0x01, 0, 0]).Should().ContainSingle("the channel is not over yet");
        _server.Pass(TimeSpan.FromTicks(1));
        _server.Receive([0x40, 0x01, 0, 0]).Should().BeEmpty("the channel is over");
        _server.BindChannel(credentials, 0x4002, Peer).IsSuccess.Should().BeTrue("the address is free again");
    }

    [Fact]
    public void The_relay_path_allocates_nothing()
    {
        Credentials credentials = _server.Allocate();
        _server.Permit(credentials, Peer);
        byte[] send = _server.SendIndication(Peer, new byte[172]), buffer = new byte[2048], data = new byte[172];
        TransportPath fromClient = new(_server.Listener, ServerHarness.Client), fromPeer = new(_server.RelaySockets.Keys.Single(), TransportAddress.Parse(Peer));
        StunTurnServerMachine machine = _server.Machine;
        int sent = 0;
        void Relay(int count)
        {
            for (int i = 0; i < count; i++)
            {
                machine.HandleDatagram(_server.Now, fromClient, send);
                sent += machine.TryGetTransmit(_server.Now, buffer, out _) ? 1 : 0;
                machine.HandleDatagram(_server.Now, fromPeer, data);
                sent += machine.TryGetTransmit(_server.Now, buffer, out _) ? 1 : 0;
            }
        }

        Relay(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Relay(1000);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        sent.Should().Be(2200);
    }
}
