using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Turn;

public sealed class TurnIndicationTests : IDisposable
{
    private static readonly TransportAddress Peer = TransportAddress.Parse("192.0.2.150:32102");

    private readonly TurnBench _bench = new();
    private readonly byte[] _buffer = new byte[1500];

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("int-23a", "", false)]
    [InlineData("int-23b", "01", true)]
    [InlineData("int-23c", "0102", false)]
    [InlineData("int-23d", "010203", false)]
    [Rfc("TURN-8656-11.1-b")]
    [Rfc("STUN-8489-9.2-a")]
    public void Send_indication_equals_the_vector(string id, string payload, bool dontFragment)
    {
        byte[] expected = VectorFile.ById("integrity.json", "messages")[id].Bytes("hex");
        using TurnBench bench = new(new TurnAllocationSettings { DontFragment = dontFragment });
        bench.Allocate();
        bench.Permit("192.0.2.150");

        bench.Machine.TryWriteSend(_buffer, Peer, Convert.FromHexString(payload), StunTransactionId.Read(expected.AsSpan(8)), out int length).Should().BeTrue();

        _buffer[..length].Should().Equal(expected);
    }

    [Fact]
    [Rfc("TURN-8656-11.1-a")]
    public void Nothing_is_sent_to_a_peer_without_permission()
    {
        _bench.Machine.TryWriteSend(_buffer, Peer, [1], default, out _).Should().BeFalse();
        _bench.Allocate();
        _bench.Machine.TryWriteSend(_buffer, Peer, [1], default, out _).Should().BeFalse();
        _bench.Permit("192.0.2.150");
        _bench.Machine.TryWriteSend(_buffer, Peer, [1], default, out _).Should().BeTrue();
        _bench.Machine.Close(_bench.Now);
        _bench.Machine.TryWriteSend(_buffer, Peer, [1], default, out int length).Should().BeFalse();
        length.Should().Be(0);
    }

    [Theory]
    [InlineData(36)]
    [InlineData(0)]
    [InlineData(7)]
    public void Payload_may_stand_in_the_buffer_already(int offset)
    {
        Open();
        byte[] payload = [.. Enumerable.Range(1, 101).Select(i => (byte)i)];
        payload.CopyTo(_buffer, offset);
        TurnAllocationMachine.GetSendOverhead(IpFamily.IPv4).Should().Be(36);

        _bench.Machine.TryWriteSend(_buffer, Peer, _buffer.AsSpan(offset, 101), default, out int length).Should().BeTrue();

        StunReader.TryParse(_buffer.AsSpan(0, length), out StunReader reader).Should().Be(StunParseStatus.Ok);
        reader.GetBytes(StunAttributeType.Data, out ReadOnlySpan<byte> data);
        data.SequenceEqual(payload).Should().BeTrue();
        _buffer[(36 + 101)..length].Should().OnlyContain(b => b == 0);
    }

    [Fact]
    public void Buffer_that_is_too_short_is_the_callers_mistake()
    {
        Open();
        Action act = () => _bench.Machine.TryWriteSend(new byte[40], Peer, new byte[5], default, out _);

        act.Should().Throw<ArgumentException>().WithParameterName("buffer");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(160)]
    [Rfc("TURN-8656-11.3-a")]
    public void Data_indication_tells_where_the_data_stands_and_who_sent_it(int size)
    {
        Open();
        byte[] data = [.. Enumerable.Range(7, size).Select(i => (byte)i)];
        byte[] datagram = TurnBench.Data("192.0.2.150:4000", data);

        DatagramVerdict verdict = _bench.Receive(datagram);

        verdict.Kind.Should().Be(VerdictKind.Payload);
        verdict.Peer.Should().Be(TransportAddress.Parse("192.0.2.150:4000"));
        datagram[verdict.PayloadOffset..(verdict.PayloadOffset + verdict.PayloadLength)].Should().Equal(data);
    }

    [Theory]
    [InlineData("mf-131", DropReason.MalformedRelayData)]
    [InlineData("mf-132", DropReason.MalformedRelayData)]
    [InlineData("mf-133", DropReason.NoPermission)]
    [Rfc("TURN-8656-11.4-a")]
    [Rfc("TURN-8656-11.4-b")]
    public void Bad_or_unpermitted_data_is_dropped(string id, DropReason reason)
    {
        Open();

        _bench.Receive(VectorFile.ById("malformed.json", "vectors")[id].Bytes("hex")).Reason.Should().Be(reason);
    }

    [Fact]
    [Rfc("TURN-8656-11.4-c")]
    [Rfc("STUN-8489-6.3.2-a")]
    public void Data_counts_only_from_the_server_and_with_known_attributes()
    {
        Open();
        byte[] datagram = TurnBench.Data("192.0.2.150:4000", [1]);
        byte[] unknown = TurnBench.Message(StunMethod.Data, StunClass.Indication, default, (ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttributeType.XorPeerAddress, Peer);
            w.AddBytes(StunAttributeType.Data, [1]);
            w.AddFlag((StunAttributeType)0x7F00);
        });

        _bench.Machine.HandleDatagram(_bench.Now, new TransportPath(TurnBench.Socket, Peer), datagram).Reason.Should().Be(DropReason.UnexpectedSource);
        _bench.Receive(unknown).Reason.Should().Be(DropReason.MalformedRelayData);
        _bench.Receive(TurnBench.Message(StunMethod.Send, StunClass.Indication, default, (ref StunWriter _) => { })).Reason.Should().Be(DropReason.UnexpectedMessage);
    }

    [Fact]
    [Rfc("TURN-8656-11.6-b")]
    public void Icmp_is_a_hint_and_never_data()
    {
        Open();
        byte[] datagram = TurnBench.Message(StunMethod.Data, StunClass.Indication, default, (ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttributeType.XorPeerAddress, Peer);
            w.AddBytes(StunAttributeType.Data, [1]);
            w.AddIcmp(3, 3, 0);
        });

        _bench.Receive(datagram).Kind.Should().Be(VerdictKind.Consumed);
        _bench.Machine.HasPermission(Peer.Address).Should().BeTrue();
    }

    [Fact]
    public void Data_both_ways_allocates_nothing()
    {
        Open();
        byte[] datagram = TurnBench.Data("192.0.2.150:4000", new byte[160]);
        byte[] payload = new byte[160];
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
            _bench.Machine.TryWriteSend(_buffer, Peer, payload, default, out _);
            _bench.Machine.HandleDatagram(_bench.Now, TurnBench.FromServer, datagram);
        }
    }

    private void Open()
    {
        _bench.Allocate();
        _bench.Permit("192.0.2.150");
    }
}
