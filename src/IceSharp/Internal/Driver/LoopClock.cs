using IceSharp.Protocol;

namespace IceSharp.Internal.Driver;

/// <summary>A <see cref="TimeProvider"/>'s timestamps as <see cref="MonotonicTime"/>. Thread safe.</summary>
internal sealed class LoopClock(TimeProvider provider)
{
    private readonly long _frequency = provider.TimestampFrequency;

    public TimeProvider Provider => provider;

    public MonotonicTime Now
    {
        get
        {
            long stamp = provider.GetTimestamp();
            return new MonotonicTime(_frequency switch
            {
                1_000_000_000 => stamp / 100,
                TimeSpan.TicksPerSecond => stamp,
                _ => (long)((Int128)stamp * TimeSpan.TicksPerSecond / _frequency),
            });
        }
    }
}
