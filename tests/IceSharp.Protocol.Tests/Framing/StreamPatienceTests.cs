using IceSharp.Protocol.Framing;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Framing;

public sealed class StreamPatienceTests
{
    private readonly StreamPatience _patience = new(TimeSpan.FromSeconds(10), 3);

    [Fact]
    public void An_idle_stream_is_borne_for_ever()
    {
        _patience.HandleRest(At(0), 0);

        _patience.NextTimeout.Should().Be(Deadline.Never);
        _patience.HasRunOut(At(1_000_000)).Should().BeFalse();
    }

    [Fact]
    [Rfc("STUN-8489-6.2.2-f")]
    public void A_byte_a_minute_does_not_buy_time()
    {
        _patience.HandleRest(At(0), 1);
        _patience.HandleRest(At(9), 2);

        _patience.NextTimeout.Should().Be(new Deadline(At(10), TimerReason.Expiry));
        _patience.HasRunOut(At(9)).Should().BeFalse();
        _patience.HasRunOut(At(10)).Should().BeTrue();
    }

    [Fact]
    public void A_whole_frame_starts_the_time_of_the_next_one_anew()
    {
        _patience.HandleRest(At(0), 5);
        _patience.HandleFrame(useful: true);
        _patience.HandleRest(At(9), 3);

        _patience.NextTimeout.At.Should().Be(At(19));
        _patience.HandleFrame(useful: true);
        _patience.HandleRest(At(9), 0);
        _patience.NextTimeout.Should().Be(Deadline.Never);
    }

    [Fact]
    public void A_run_of_useless_frames_ends_patience_and_a_useful_one_restores_it()
    {
        _patience.HandleFrame(useful: false);
        _patience.HandleFrame(useful: false);
        _patience.IsOver.Should().BeFalse();
        _patience.HandleFrame(useful: true);
        _patience.HandleFrame(useful: false);
        _patience.HandleFrame(useful: false);
        _patience.IsOver.Should().BeFalse();
        _patience.HandleFrame(useful: false);
        _patience.IsOver.Should().BeTrue();
    }

    private static MonotonicTime At(int seconds) => MonotonicTime.Zero + TimeSpan.FromSeconds(seconds);
}
