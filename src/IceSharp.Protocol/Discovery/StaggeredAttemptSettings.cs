namespace IceSharp.Protocol.Discovery;

/// <summary>The times of <see cref="StaggeredAttempts"/>.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record StaggeredAttemptSettings
{
    /// <summary>Connection Attempt Delay: how long after one attempt the next begins while none has ended (RFC 8305 §5).</summary>
    /// <value>10 ms to 2 s, RFC 8305's limits; the default is its 250 ms.</value>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long one attempt may take.</summary>
    /// <value>More than zero, up to 2 min; the default is 10 s.</value>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    internal void Validate()
    {
        if (Delay < TimeSpan.FromMilliseconds(10) || Delay > TimeSpan.FromSeconds(2))
        {
            throw new ArgumentOutOfRangeException(nameof(Delay), Delay, $"{nameof(Delay)} lies between 10 ms and 2 s.");
        }

        if (AttemptTimeout <= TimeSpan.Zero || AttemptTimeout > TimeSpan.FromMinutes(2))
        {
            throw new ArgumentOutOfRangeException(nameof(AttemptTimeout), AttemptTimeout, $"{nameof(AttemptTimeout)} is more than zero and at most 2 min.");
        }
    }
}
