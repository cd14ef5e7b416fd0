using IceSharp.Protocol.Stun.Transactions;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Transactions;

public sealed class RtoCacheTests
{
    private static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(500);
    private static readonly IpAddress Server = IpAddress.Parse("192.0.2.1");

    private readonly RtoCache _cache = new();

    [Fact]
    [Rfc("STUN-8489-6.2.1-d")]
    public void The_estimate_follows_RFC_6298_sample_by_sample()
    {
        RtoEstimator estimate = default(RtoEstimator).With(Ms(200));
        estimate.SmoothedRoundTrip.Should().Be(Ms(200));
        estimate.RoundTripVariation.Should().Be(Ms(100));
        estimate.TimeoutOr(Ms(1)).Should().Be(Ms(600));

        estimate = estimate.With(Ms(280));
        estimate.SmoothedRoundTrip.Should().Be(Ms(210));
        estimate.RoundTripVariation.Should().Be(Ms(95));
        estimate.TimeoutOr(Ms(1)).Should().Be(Ms(590));
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-c")]
    public void The_timeout_is_exact_to_a_millisecond_and_not_rounded_to_seconds() =>
        default(RtoEstimator).With(Ms(137)).TimeoutOr(Ms(1)).Should().Be(Ms(411));

    [Theory]
    [InlineData(1, 500)]
    [InlineData(100_000, 60_000)]
    [InlineData(-5, 500)]
    [Rfc("STUN-8489-6.2.1-d")]
    public void The_timeout_stays_between_its_floor_and_a_minute(int roundTrip, int expected) =>
        default(RtoEstimator).With(Ms(roundTrip)).TimeoutOr(Floor).Should().Be(Ms(expected));

    [Fact]
    [Rfc("STUN-8489-6.2.1-b")]
    public void An_unknown_server_gets_the_floor() => _cache.Begin(At(0), Server, Floor).Should().Be(Floor);

    [Fact]
    [Rfc("STUN-8489-6.2.1-g")]
    public void An_estimate_is_forgotten_after_ten_minutes_without_a_transaction()
    {
        _cache.Learn(At(0), Server, Ms(300));

        _cache.Begin(At(599), Server, Floor).Should().Be(Ms(900), "and this transaction keeps it for ten minutes more");
        _cache.Begin(At(599 + 599), Server, Floor).Should().Be(Ms(900));
        _cache.Begin(At(599 + 599 + 601), Server, Floor).Should().Be(Floor);
    }

    [Fact]
    public void An_expired_estimate_does_not_colour_the_next_one()
    {
        _cache.Learn(At(0), Server, Ms(3000));
        _cache.Learn(At(700), Server, Ms(300));

        _cache.Begin(At(700), Server, Floor).Should().Be(Ms(900));
    }

    [Fact]
    public void The_cache_is_bounded_and_forgets_what_was_not_used_for_longest()
    {
        _cache.Learn(At(0), Server, Ms(300));
        _cache.Learn(At(1), IpAddress.FromIPv4(1), Ms(300));
        _cache.Begin(At(2), Server, Floor);
        for (uint i = 2; i < 257; i++)
        {
            _cache.Learn(At(3), IpAddress.FromIPv4(i), Ms(300));
        }

        _cache.Count.Should().Be(RtoCache.Capacity);
        _cache.Begin(At(4), Server, Floor).Should().Be(Ms(900));
        _cache.Begin(At(4), IpAddress.FromIPv4(1), Floor).Should().Be(Floor);
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static MonotonicTime At(int seconds) => MonotonicTime.Zero + TimeSpan.FromSeconds(seconds);
}
