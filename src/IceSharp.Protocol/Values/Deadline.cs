namespace IceSharp.Protocol;

/// <summary>When a machine wants <c>HandleTimeout</c> next, and why.</summary>
/// <param name="At">The instant; <see cref="MonotonicTime.Never"/> when there is nothing to wait for.</param>
/// <param name="Reason">What falls due then.</param>
public readonly record struct Deadline(MonotonicTime At, TimerReason Reason)
{
    /// <summary>Nothing to wait for.</summary>
    public static Deadline Never => new(MonotonicTime.Never, TimerReason.None);

    /// <summary>The earlier of two deadlines; the first one when they are equal.</summary>
    public static Deadline Min(Deadline first, Deadline second) => second.At < first.At ? second : first;
}
