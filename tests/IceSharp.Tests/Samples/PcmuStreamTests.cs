using IceSharp.Samples.Media;

namespace IceSharp.Tests.Samples;

/// <summary>Sender and receiver of the samples against each other, without a network.</summary>
public sealed class PcmuStreamTests
{
    private readonly LeapingTimeProvider _time = new();
    private readonly PcmuReceiver _receiver = new();

    [Theory]
    [InlineData(1)]
    [InlineData(160)]
    [InlineData(161)]
    [InlineData(16_000)]
    public async Task Samples_arrive_as_they_were_sent(int count)
    {
        byte[] samples = Tone.Pcmu(440, TimeSpan.FromSeconds((double)count / WaveFile.SampleRate));
        List<TimeSpan> sent = [];

        bool confirmed = await SendAsync(samples, (datagram, sender) =>
        {
            sent.Add(_time.Now);
            Deliver(datagram, sender);
        });

        confirmed.Should().BeTrue();
        _receiver.IsComplete(_time.Now).Should().BeTrue();
        _receiver.ToPcmu().Should().Equal(samples);
        _receiver.Statistics.Lost.Should().Be(0);
        _receiver.Statistics.JitterSamples.Should().Be(0);
        sent.Take((count + 159) / 160).Should().Equal(Enumerable.Range(0, (count + 159) / 160).Select(i => PcmuSender.PacketTime * i));
    }

    [Fact]
    public async Task Disorder_and_repetition_change_nothing()
    {
        byte[] samples = Tone.Pcmu(440, TimeSpan.FromSeconds(1));
        byte[]? held = null;

        await SendAsync(samples, (datagram, sender) =>
        {
            if (held is null && !RtpHeader.IsRtcp(datagram))
            {
                held = datagram;
                return;
            }

            Deliver(datagram, sender);
            Deliver(datagram, sender);
            Deliver(held ?? datagram, sender);
            held = null;
        });

        _receiver.ToPcmu().Should().Equal(samples);
    }

    [Fact]
    public async Task Lost_packet_is_silence_and_ends_the_stream_late()
    {
        byte[] samples = Tone.Pcmu(440, TimeSpan.FromSeconds(1));
        int index = 0;

        await SendAsync(samples, (datagram, sender) =>
        {
            if (index++ != 7)
            {
                Deliver(datagram, sender);
            }
        });

        _receiver.Statistics.Lost.Should().Be(1);
        _receiver.PacketsSent.Should().Be(50);
        byte[] expected = [.. samples];
        expected.AsSpan(7 * 160, 160).Fill(MuLaw.Silence);
        _receiver.ToPcmu().Should().Equal(expected);
        _receiver.IsComplete(_time.Now).Should().BeFalse();
        _receiver.IsComplete(_time.Now + PcmuReceiver.OvertakenPatience).Should().BeTrue();
    }

    [Fact]
    public async Task Sender_gives_up_when_nobody_confirms()
    {
        int datagrams = 0;

        bool confirmed = await SendAsync(new byte[160], (_, _) => datagrams++);

        confirmed.Should().BeFalse();
        datagrams.Should().Be(51);
        _time.Now.Should().Be(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void What_is_not_of_the_stream_is_ignored()
    {
        _receiver.Handle("hello"u8, default).Should().Be(PcmuVerdict.Ignored);
        _receiver.Handle([], default).Should().Be(PcmuVerdict.Ignored);
        _receiver.Handle(Packet(payloadType: 8, ssrc: 1), default).Should().Be(PcmuVerdict.Ignored);
        _receiver.Handle(Packet(payloadType: 0, ssrc: 1), default).Should().Be(PcmuVerdict.Audio);
        _receiver.Handle(Packet(payloadType: 0, ssrc: 2), default).Should().Be(PcmuVerdict.Ignored);
        _receiver.Handle(new RtcpGoodbye(2, 1).ToBytes(), default).Should().Be(PcmuVerdict.Ignored);
        _receiver.Handle(new RtcpGoodbye(1, 1).ToBytes(), default).Should().Be(PcmuVerdict.Goodbye);
    }

    private async Task<bool> SendAsync(byte[] samples, Action<byte[], PcmuSender> carry)
    {
        PcmuSender sender = new(samples, _time);
        return await sender.RunAsync(
            (datagram, _) =>
            {
                carry(datagram.ToArray(), sender);
                return ValueTask.CompletedTask;
            },
            CancellationToken.None);
    }

    private void Deliver(byte[] datagram, PcmuSender sender)
    {
        if (_receiver.Handle(datagram, _time.Now) == PcmuVerdict.Goodbye
            && new PcmuReceiver().Handle(_receiver.Confirmation, _time.Now) == PcmuVerdict.Confirmed)
        {
            sender.Confirm();
        }
    }

    private static byte[] Packet(byte payloadType, uint ssrc)
    {
        byte[] packet = new byte[RtpHeader.Length + 160];
        new RtpHeader(false, payloadType, 1, 0, ssrc).Write(packet);
        return packet;
    }
}
