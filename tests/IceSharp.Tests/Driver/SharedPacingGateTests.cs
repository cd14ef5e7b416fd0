using IceSharp.Internal.Driver;
using IceSharp.Protocol;

namespace IceSharp.Tests.Driver;

public class SharedPacingGateTests
{
    [Fact]
    public void One_slot_each_five_milliseconds_whoever_asks()
    {
        var gate = new SharedPacingGate();
        var start = new MonotonicTime(1_000_000);
        int taken = 0;

        Parallel.For(0, 1000, _ => Interlocked.Add(ref taken, gate.TryTake(start, out MonotonicTime _) ? 1 : 0));

        taken.Should().Be(1);
        gate.TryTake(start + TimeSpan.FromMilliseconds(4.9), out MonotonicTime next).Should().BeFalse();
        next.Should().Be(start + TimeSpan.FromMilliseconds(5));
        gate.TryTake(next, out _).Should().BeTrue();
    }

    [Fact]
    public void Process_has_one_gate_a_clock() =>
        SharedPacingGate.For(TimeProvider.System).Should().BeSameAs(SharedPacingGate.For(TimeProvider.System));
}
