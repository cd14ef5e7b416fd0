namespace IceSharp.Tests.Samples;

/// <summary>A clock that leaps to the end of every wait, overshooting by <paramref name="oversleep"/>, so that an hour passes in no time.</summary>
/// <remarks>For code that waits in one place at a time.</remarks>
internal sealed class LeapingTimeProvider(TimeSpan oversleep = default) : TimeProvider
{
    private long _now;

    public TimeSpan Now => TimeSpan.FromTicks(_now);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    public void Advance(TimeSpan time) => _now += time.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            Advance(dueTime + oversleep);
            ThreadPool.QueueUserWorkItem(_ => callback(state));
        }

        return new LeaptTimer();
    }

    private sealed class LeaptTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
