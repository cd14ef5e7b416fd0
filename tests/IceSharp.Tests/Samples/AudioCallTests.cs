using System.Threading.Channels;
using IceSharp.Samples.Media;

namespace IceSharp.Tests.Samples;

public sealed class AudioCallTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly Channel<byte[]> _toRight = Channel.CreateUnbounded<byte[]>(), _toLeft = Channel.CreateUnbounded<byte[]>();
    private readonly byte[] _samples = Tone.Pcmu(440, TimeSpan.FromMilliseconds(250));

    [Fact]
    public async Task Both_directions_end_with_what_was_sent()
    {
        using CancellationTokenSource deadline = new(Deadline);
        AudioCall left = Side(_toRight, _toLeft), right = Side(_toLeft, _toRight);
        byte[] answer = Tone.Pcmu(880, TimeSpan.FromMilliseconds(100));

        bool[] confirmed = await Task.WhenAll(
            left.RunAsync(_samples, expectsAudio: true, deadline.Token), right.RunAsync(answer, expectsAudio: true, deadline.Token));

        confirmed.Should().Equal(true, true);
        right.Receiver.ToPcmu().Should().Equal(_samples);
        left.Receiver.ToPcmu().Should().Equal(answer);
        left.PacketsSent.Should().Be(13);
    }

    [Fact]
    public async Task Call_ends_though_a_packet_is_lost()
    {
        using CancellationTokenSource deadline = new(Deadline);
        int index = 0;
        AudioCall left = Side(_toRight, _toLeft, lose: _ => index++ == 4), right = Side(_toLeft, _toRight);

        bool[] confirmed = await Task.WhenAll(
            left.RunAsync(_samples, expectsAudio: false, deadline.Token), right.RunAsync(null, expectsAudio: true, deadline.Token));

        confirmed.Should().Equal(true, true);
        right.Receiver.Statistics.Lost.Should().Be(1);
    }

    [Fact]
    public async Task Broken_path_ends_the_call_with_its_error()
    {
        AudioCall call = new(
            (_, _) => ValueTask.CompletedTask, (_, _) => ValueTask.FromException<int>(new IOException("gone")), TimeProvider.System);

        Func<Task> run = () => call.RunAsync(null, expectsAudio: true, CancellationToken.None);

        await run.Should().ThrowAsync<IOException>().WithMessage("gone");
    }

    private static AudioCall Side(Channel<byte[]> outgoing, Channel<byte[]> incoming, Func<byte[], bool>? lose = null) => new(
        (datagram, cancellationToken) =>
        {
            byte[] copy = datagram.ToArray();
            return lose?.Invoke(copy) == true ? ValueTask.CompletedTask : outgoing.Writer.WriteAsync(copy, cancellationToken);
        },
        async (buffer, cancellationToken) =>
        {
            byte[] datagram = await incoming.Reader.ReadAsync(cancellationToken);
            datagram.CopyTo(buffer);
            return datagram.Length;
        },
        TimeProvider.System);
}
