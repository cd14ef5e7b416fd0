using System.Globalization;
using IceSharp.Protocol;

namespace IceSharp.Protocol.Tests.Values;

public class MonotonicTimeTests
{
    private static readonly MonotonicTime Second = MonotonicTime.Zero + TimeSpan.FromSeconds(1);

    [Fact]
    public void Sum_and_difference_are_exact_to_the_tick()
    {
        Second.Ticks.Should().Be(10_000_000);
        (Second + TimeSpan.FromTicks(1) - Second).Should().Be(TimeSpan.FromTicks(1));
        (MonotonicTime.Zero - Second).Should().Be(TimeSpan.FromSeconds(-1));
        (Second + TimeSpan.FromSeconds(-1)).Should().Be(MonotonicTime.Zero);
        Second.Add(TimeSpan.Zero).Should().Be(Second);
    }

    [Fact]
    public void Sum_saturates_at_never_and_never_stays()
    {
        (Second + TimeSpan.MaxValue).Should().Be(MonotonicTime.Never);
        (new MonotonicTime(long.MaxValue - 1) + TimeSpan.FromTicks(1)).Should().Be(MonotonicTime.Never);
        (new MonotonicTime(long.MaxValue - 2) + TimeSpan.FromTicks(1)).IsNever.Should().BeFalse();
        (MonotonicTime.Never + TimeSpan.FromDays(-1)).Should().Be(MonotonicTime.Never);
        (MonotonicTime.Zero + TimeSpan.MaxValue).IsNever.Should().BeTrue();
    }

    [Fact]
    public void Order_is_by_time_and_never_is_last()
    {
        (Second < MonotonicTime.Never && MonotonicTime.Never > Second && MonotonicTime.Zero < Second).Should().BeTrue();
        (Second <= new MonotonicTime(10_000_000) && Second >= new MonotonicTime(10_000_000)).Should().BeTrue();
        (Second < new MonotonicTime(10_000_000) || Second > new MonotonicTime(10_000_000)).Should().BeFalse();
        Second.CompareTo(MonotonicTime.Zero).Should().BePositive();
        MonotonicTime.Min(Second, MonotonicTime.Never).Should().Be(Second);
        MonotonicTime.Max(Second, MonotonicTime.Zero).Should().Be(Second);
    }

    [Fact]
    public void Text_is_seconds_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            new MonotonicTime(12_345_678).ToString().Should().Be("1.234568");
            MonotonicTime.Never.ToString().Should().Be("never");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
