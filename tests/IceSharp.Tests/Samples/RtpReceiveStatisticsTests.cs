using IceSharp.Samples.Media;

namespace IceSharp.Tests.Samples;

public sealed class RtpReceiveStatisticsTests
{
    private readonly RtpReceiveStatistics _statistics = new();

    [Fact]
    public void Loss_is_counted_across_the_wrap_of_the_sequence_number()
    {
        long?[] extended = [.. new ushort[] { 65533, 65534, 0, 3 }.Select(s => Add(s))];

        (_statistics.Received, _statistics.Expected, _statistics.Lost).Should().Be((4, 7, 3));
        extended.Should().Equal(extended[0], extended[0] + 1, extended[0] + 3, extended[0] + 6);
    }

    [Fact]
    public void Disorder_is_no_loss_even_before_the_first_packet()
    {
        Add(1);
        Add(0);
        Add(65535);
        Add(3);
        Add(2);

        (_statistics.Received, _statistics.Expected, _statistics.Lost).Should().Be((5, 5, 0));
    }

    [Fact]
    public void Jump_far_ahead_or_back_does_not_belong_to_the_sequence()
    {
        Add(1000);

        Add(1000 + 3001).Should().BeNull();
        Add(1000 - 101).Should().BeNull();
        Add(1000 + 3000).Should().NotBeNull();
        _statistics.Received.Should().Be(2);
    }

    // RFC 3550 A.8 by hand: J += (|D| - J) / 16 with D in samples, 8 a millisecond.
    [Fact]
    public void Jitter_follows_the_formula()
    {
        Add(0, 0, 0);
        Add(1, 160, 20);
        _statistics.JitterSamples.Should().Be(0);
        Add(2, 320, 50);
        _statistics.JitterSamples.Should().BeApproximately(80.0 / 16, 1e-6);
        Add(3, 480, 60);
        _statistics.JitterSamples.Should().BeApproximately(5 + (80 - 5) / 16.0, 1e-6);
        _statistics.Jitter.TotalMilliseconds.Should().BeApproximately(_statistics.JitterSamples / 8, 1e-3);
    }

    [Fact]
    public void Wrap_of_the_timestamp_is_no_jitter()
    {
        Add(0, uint.MaxValue - 159, 0);
        Add(1, 0, 20);

        _statistics.JitterSamples.Should().BeApproximately(0, 1e-6);
    }

    private long? Add(int sequence, uint timestamp = 0, int milliseconds = 0) =>
        _statistics.Add(new RtpHeader(false, 0, (ushort)sequence, timestamp, 1), TimeSpan.FromMilliseconds(milliseconds));
}
