using IceSharp.Internal.Routing;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Tests.Routing;

public sealed class PublishedRouteTests : IDisposable
{
    private static readonly TransportAddress Server = TransportAddress.Parse("192.0.2.5:3478"), Peer = TransportAddress.Parse("192.0.2.150:32102");

    private readonly RecordingSocket _socket = new();

    public void Dispose() => _socket.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1200)]
    [InlineData(5000)]
    [Rfc("TURN-8656-12.5-b")]
    public void On_a_channel_data_travels_to_the_server_behind_four_bytes_without_padding(int length)
    {
        byte[] payload = [.. Enumerable.Range(0, length).Select(i => (byte)i)];

        Relayed(0x4001).Send(payload).Should().Be(IceSendResult.Sent);

        _socket.Destination.Should().Be(Server);
        _socket.Sent.Length.Should().Be(length + 4);
        ChannelDataReader.TryParse(_socket.Sent, out ChannelDataReader frame).Should().Be(ChannelDataStatus.Ok);
        frame.Channel.Should().Be(0x4001);
        frame.Data.SequenceEqual(payload).Should().BeTrue();
    }

    [Fact]
    public void Without_a_channel_data_travels_in_a_Send_indication()
    {
        Relayed(null).Send([1, 2, 3]).Should().Be(IceSendResult.Sent);

        StunReader.TryParse(_socket.Sent, out StunReader message).Should().Be(StunParseStatus.Ok);
        (message.Method, message.Class).Should().Be((StunMethod.Send, StunClass.Indication));
        message.GetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer).Should().Be(StunAttributeStatus.Ok);
        peer.Should().Be(Peer);
    }

    [Theory]
    [InlineData(0x4000)]
    [InlineData(null)]
    public void Sending_through_a_relay_allocates_nothing(int? channel)
    {
        PublishedRoute route = Relayed((ushort?)channel);
        byte[] payload = new byte[1200];
        Send(200);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Send(1000);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Send(int packets)
        {
            for (int i = 0; i < packets; i++)
            {
                route.Send(payload);
            }
        }
    }

    private PublishedRoute Relayed(ushort? channel) => new(
        new DataRoute
        {
            Stream = 0,
            Component = 1,
            Socket = new SocketHandle(1),
            Destination = Server,
            Peer = Peer,
            IsRelayed = true,
            Channel = channel,
            Pair = new IceCandidatePairInfo
            {
                Local = Candidate(IceCandidateType.Relayed),
                Remote = Candidate(IceCandidateType.Host),
                Priority = 1,
                State = IceCandidatePairState.Succeeded,
            },
        },
        _socket);

    private static IceCandidate Candidate(IceCandidateType type) => new()
    {
        Foundation = "1",
        Component = 1,
        Priority = 1,
        Address = Peer,
        Type = type,
    };

    /// <summary>Keeps the last datagram, in a buffer of its own.</summary>
    private sealed class RecordingSocket : IIceUdpSocket
    {
        private readonly byte[] _buffer = new byte[65536];
        private int _length;

        public ReadOnlySpan<byte> Sent => _buffer.AsSpan(0, _length);

        public TransportAddress Destination { get; private set; }

        public TransportAddress LocalAddress => Peer;

        public IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress destination)
        {
            datagram.CopyTo(_buffer);
            _length = datagram.Length;
            Destination = destination;
            return IceSendResult.Sent;
        }

        public bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source) => throw new NotSupportedException();

        public ValueTask WaitWritableAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public void NotifyReadable(Action? readable) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
