namespace IceSharp.Protocol;

/// <summary>A pacing gate for one thread: a slot each <see cref="Interval"/>.</summary>
/// <remarks>Not thread safe; the shell wraps one for the process.</remarks>
public sealed class IntervalPacingGate : IPacingGate
{
    private MonotonicTime _next;
    private bool _used;

    /// <summary>Creates a gate.</summary>
    /// <param name="interval">Time between two slots; null is 5 ms, the RFC's value.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="interval"/> is negative.</exception>
    public IntervalPacingGate(TimeSpan? interval = null)
    {
        Interval = interval ?? TimeSpan.FromMilliseconds(5);
        ArgumentOutOfRangeException.ThrowIfLessThan(Interval, TimeSpan.Zero, nameof(interval));
    }

    /// <summary>Time between two slots.</summary>
    public TimeSpan Interval { get; }

    /// <inheritdoc/>
    public bool TryTake(MonotonicTime now, out MonotonicTime next)
    {
        if (_used && now < _next)
        {
            next = _next;
            return false;
        }

        _used = true;
        next = _next = now + Interval;
        return true;
    }
}
