namespace IceSharp.Protocol.Framing;

/// <summary>How long and how much nonsense a stream is borne: a frame must be whole in time, and messages must be of use now and then (RFC 8489 §6.2.2).</summary>
/// <remarks>
/// Stands beside a <see cref="StreamFramer"/>, which refuses what cannot be a frame. Without it a peer that sends a byte a minute, or a length
/// that never completes, would hold a connection and its buffer for ever. Not thread safe.
/// </remarks>
public sealed class StreamPatience
{
    private readonly TimeSpan _frameTimeout;
    private readonly int _maxUselessFrames;
    private MonotonicTime _frameDue = MonotonicTime.Never;
    private int _useless;

    /// <summary>Creates the patience of one connection.</summary>
    /// <param name="frameTimeout">How long a frame may take from its first byte to its last; more than zero.</param>
    /// <param name="maxUselessFrames">How many frames in a row may be of no use; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its range.</exception>
    public StreamPatience(TimeSpan frameTimeout, int maxUselessFrames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(frameTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxUselessFrames, 1);
        _frameTimeout = frameTimeout;
        _maxUselessFrames = maxUselessFrames;
    }

    /// <summary>When the frame that has begun must be whole.</summary>
    public Deadline NextTimeout => _frameDue.IsNever ? Deadline.Never : new Deadline(_frameDue, TimerReason.Expiry);

    /// <summary>Whether too many frames in a row were of no use.</summary>
    public bool IsOver => _useless >= _maxUselessFrames;

    /// <summary>Takes what a whole frame was good for; the time of the next one starts anew.</summary>
    /// <param name="useful">Whether it was worked in.</param>
    public void HandleFrame(bool useful)
    {
        _useless = useful ? 0 : _useless + 1;
        _frameDue = MonotonicTime.Never;
    }

    /// <summary>Takes how much is left of an unfinished frame once all whole ones were taken out.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="bufferedBytes">What <see cref="StreamFramer.BufferedBytes"/> says.</param>
    public void HandleRest(MonotonicTime now, int bufferedBytes)
    {
        if (bufferedBytes == 0)
        {
            _frameDue = MonotonicTime.Never;
        }
        else if (_frameDue.IsNever)
        {
            _frameDue = now + _frameTimeout;
        }
    }

    /// <summary>Whether a frame has not become whole in time.</summary>
    /// <param name="now">The current time.</param>
    public bool HasRunOut(MonotonicTime now) => now >= _frameDue;
}
