namespace IceSharp.Protocol;

/// <summary>An instant on a clock that never runs backwards, in units of 100 ns since an origin that the host chose.</summary>
/// <remarks>Every machine input takes one as its first argument; two instants compare only when they come from the same clock.</remarks>
/// <param name="Ticks">Units of 100 ns since the clock's origin.</param>
public readonly record struct MonotonicTime(long Ticks) : IComparable<MonotonicTime>
{
    /// <summary>The clock's origin.</summary>
    public static MonotonicTime Zero => default;

    /// <summary>Later than every instant: the deadline of a machine with nothing to wait for.</summary>
    public static MonotonicTime Never => new(long.MaxValue);

    /// <summary>Whether this is <see cref="Never"/>.</summary>
    public bool IsNever => Ticks == long.MaxValue;

    /// <summary>The instant that lies <paramref name="span"/> after <paramref name="time"/>; saturates at <see cref="Never"/>.</summary>
    public static MonotonicTime operator +(MonotonicTime time, TimeSpan span) => time.Add(span);

    /// <summary>The time that passed from <paramref name="earlier"/> to <paramref name="later"/>.</summary>
    public static TimeSpan operator -(MonotonicTime later, MonotonicTime earlier) => later.Subtract(earlier);

    /// <summary>Whether <paramref name="left"/> is earlier.</summary>
    public static bool operator <(MonotonicTime left, MonotonicTime right) => left.Ticks < right.Ticks;

    /// <summary>Whether <paramref name="left"/> is later.</summary>
    public static bool operator >(MonotonicTime left, MonotonicTime right) => left.Ticks > right.Ticks;

    /// <summary>Whether <paramref name="left"/> is earlier or the same.</summary>
    public static bool operator <=(MonotonicTime left, MonotonicTime right) => left.Ticks <= right.Ticks;

    /// <summary>Whether <paramref name="left"/> is later or the same.</summary>
    public static bool operator >=(MonotonicTime left, MonotonicTime right) => left.Ticks >= right.Ticks;

    /// <summary>The earlier of two instants.</summary>
    public static MonotonicTime Min(MonotonicTime left, MonotonicTime right) => left.Ticks <= right.Ticks ? left : right;

    /// <summary>The later of two instants.</summary>
    public static MonotonicTime Max(MonotonicTime left, MonotonicTime right) => left.Ticks >= right.Ticks ? left : right;

    /// <summary>The instant that lies <paramref name="span"/> after this one; saturates at <see cref="Never"/>.</summary>
    public MonotonicTime Add(TimeSpan span)
    {
        if (IsNever || (span.Ticks > 0 && Ticks > long.MaxValue - span.Ticks))
        {
            return Never;
        }

        return new MonotonicTime(Ticks + span.Ticks);
    }

    /// <summary>The time that passed from <paramref name="earlier"/> to this instant.</summary>
    public TimeSpan Subtract(MonotonicTime earlier) => new(Ticks - earlier.Ticks);

    /// <inheritdoc/>
    public int CompareTo(MonotonicTime other) => Ticks.CompareTo(other.Ticks);

    /// <summary>Seconds since the origin with six decimals, or "never".</summary>
    public override string ToString() =>
        IsNever ? "never" : (Ticks / 1e7).ToString("0.000000", System.Globalization.CultureInfo.InvariantCulture);
}
