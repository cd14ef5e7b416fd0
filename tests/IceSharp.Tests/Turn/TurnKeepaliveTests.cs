using IceSharp.Internal.Driver;
using IceSharp.Internal.Turn;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Tests.Turn;

public sealed class TurnKeepaliveTests
{
    private static readonly TransportAddress Server = TransportAddress.Parse("192.0.2.1:3478");

    [Fact]
    public void A_Binding_indication_leaves_after_each_interval_of_silence_and_only_then()
    {
        TurnKeepalive keepalive = new(TimeSpan.FromSeconds(25));
        Recorder socket = new();
        TurnPath path = new(socket, Server, isStream: false, dontFragment: false);
        CryptoRandomSource random = new();
        byte[] buffer = new byte[100];

        for (int second = 0; second <= 100; second++)
        {
            if (second == 40)
            {
                // Data in the second interval: that one needs nothing.
                keepalive.NoteSent();
            }

            keepalive.HandleTimeout(new MonotonicTime(TimeSpan.FromSeconds(second).Ticks), path, buffer, random);
        }

        socket.Sent.Should().HaveCount(3);
        StunReader.TryParse(socket.Sent[0], out StunReader message).Should().Be(StunParseStatus.Ok);
        (message.Method, message.Class).Should().Be((StunMethod.Binding, StunClass.Indication));
        keepalive.NextDeadline.Should().Be(new MonotonicTime(TimeSpan.FromSeconds(125).Ticks));
    }

    [Fact]
    public void None_leaves_without_a_path_or_when_it_is_switched_off()
    {
        Recorder socket = new();
        TurnKeepalive off = new(TimeSpan.Zero), waiting = new(TimeSpan.FromSeconds(25));

        off.HandleTimeout(default, new TurnPath(socket, Server, false, false), new byte[100], new CryptoRandomSource());
        waiting.HandleTimeout(default, null, new byte[100], new CryptoRandomSource());

        (off.NextDeadline.IsNever, waiting.NextDeadline.IsNever, socket.Sent.Count).Should().Be((true, true, 0));
    }

    private sealed class Recorder : IIceUdpSocket
    {
        public List<byte[]> Sent { get; } = [];

        public TransportAddress LocalAddress => default;

        public IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress destination)
        {
            Sent.Add(datagram.ToArray());
            return IceSendResult.Sent;
        }

        public bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source)
        {
            (length, source) = (0, default);
            return false;
        }

        public ValueTask WaitWritableAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public void NotifyReadable(Action? readable)
        {
        }

        public void Dispose()
        {
        }
    }
}
