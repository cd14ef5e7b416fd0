using IceSharp.Protocol;

namespace IceSharp.Protocol.Tests.Values;

public class IntervalPacingGateTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void Default_interval_is_five_milliseconds() => new IntervalPacingGate().Interval.Should().Be(5 * Millisecond);

    [Fact]
    public void Slot_is_free_at_once_and_then_each_interval()
    {
        var gate = new IntervalPacingGate();

        gate.TryTake(At(0), out _).Should().BeTrue();
        gate.TryTake(At(0), out MonotonicTime next).Should().BeFalse();
        next.Should().Be(At(5));
        gate.TryTake(At(4.9999), out next).Should().BeFalse();
        next.Should().Be(At(5));
        gate.TryTake(At(5), out _).Should().BeTrue();
        gate.TryTake(At(9), out next).Should().BeFalse();
        next.Should().Be(At(10));
    }

    [Fact]
    public void Time_without_takers_gives_no_burst()
    {
        var gate = new IntervalPacingGate();
        _ = gate.TryTake(At(0), out _);

        gate.TryTake(At(1000), out _).Should().BeTrue();
        gate.TryTake(At(1000), out MonotonicTime next).Should().BeFalse();
        next.Should().Be(At(1005));
    }

    [Fact]
    public void Refusal_always_names_a_later_time()
    {
        var gate = new IntervalPacingGate(TimeSpan.FromTicks(1));
        _ = gate.TryTake(At(3), out _);

        gate.TryTake(At(3), out MonotonicTime next).Should().BeFalse();
        (next > At(3)).Should().BeTrue();
    }

    [Fact]
    public void Interval_of_zero_never_refuses()
    {
        var gate = new IntervalPacingGate(TimeSpan.Zero);

        for (int i = 0; i < 10; i++)
        {
            gate.TryTake(At(7), out _).Should().BeTrue();
        }
    }

    [Fact]
    public void First_slot_does_not_depend_on_the_clocks_origin()
    {
        new IntervalPacingGate().TryTake(new MonotonicTime(-1_000_000), out _).Should().BeTrue();
        new IntervalPacingGate().TryTake(At(1e9), out _).Should().BeTrue();
    }

    [Fact]
    public void Negative_interval_is_the_callers_mistake() =>
        FluentActions.Invoking(() => new IntervalPacingGate(-Millisecond)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("interval");

    private static MonotonicTime At(double milliseconds) => MonotonicTime.Zero + TimeSpan.FromMilliseconds(milliseconds);
}
