using System.Threading.Channels;
using IceSharp.Protocol;

namespace IceSharp.Internal.Network;

/// <summary>Brings what many tasks bring forth to one task that runs a machine, and wakes it at the machine's deadline. For short-lived work on the thread pool.</summary>
/// <remarks>Posting is thread safe; the rest is for the one task.</remarks>
/// <param name="time">The clock.</param>
/// <param name="origin">The timestamp that is zero on the machine's clock, for machines that share what they know of times; null for now.</param>
internal sealed class MachineInputs(TimeProvider time, long? origin = null)
{
    // A flood waits in the kernel, where it is dropped.
    private readonly Channel<Action<MonotonicTime>> _channel = Channel.CreateBounded<Action<MonotonicTime>>(new BoundedChannelOptions(16) { SingleReader = true });
    private readonly long _start = origin ?? time.GetTimestamp();
    private Task<bool>? _arrival;

    /// <summary>The time on the machine's clock.</summary>
    public MonotonicTime Now => new(time.GetElapsedTime(_start).Ticks);

    /// <summary>Hands an input to the machine's task.</summary>
    public ValueTask PostAsync(Action<MonotonicTime> input, CancellationToken cancellationToken) => _channel.Writer.WriteAsync(input, cancellationToken);

    /// <summary>Waits for inputs or the deadline and runs what has arrived.</summary>
    /// <returns>Whether anything had arrived; if not, the deadline has.</returns>
    public async Task<bool> TakeAsync(MonotonicTime deadline, CancellationToken cancellationToken)
    {
        // A wait that the deadline cut short goes on for the next call.
        _arrival ??= _channel.Reader.WaitToReadAsync(cancellationToken).AsTask();
        TimeSpan left = deadline.IsNever ? Timeout.InfiniteTimeSpan : RoundUp(deadline - Now);
        if (!_arrival.IsCompleted && left != TimeSpan.Zero)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(_arrival, Task.Delay(left, time, over.Token)).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (!_arrival.IsCompleted)
        {
            return false;
        }

        _arrival = null;
        while (_channel.Reader.TryRead(out Action<MonotonicTime>? input))
        {
            input(Now);
        }

        return true;
    }

    // Timers count in milliseconds: rounded down, the wait would end before the deadline.
    private static TimeSpan RoundUp(TimeSpan span) => span <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(span.TotalMilliseconds));
}
