namespace IceSharp.Samples.Media;

/// <summary>Says when the next packet is due, on a schedule counted from the first one: a late packet does not delay those after it.</summary>
/// <param name="interval">Time between packets.</param>
/// <param name="time">The clock.</param>
internal sealed class PacketPacer(TimeSpan interval, TimeProvider time)
{
    // After a long stall the schedule moves; a burst that makes up for it would only fill queues.
    private const int MaxPacketsBehind = 5;

    private long? _start;
    private TimeSpan _due;

    /// <summary>Waits until the next packet is due; the first one is due at once.</summary>
    public async ValueTask WaitForNextAsync(CancellationToken cancellationToken = default)
    {
        _start ??= time.GetTimestamp();
        TimeSpan now = time.GetElapsedTime(_start.Value), due = _due;
        if (now - due > interval * MaxPacketsBehind)
        {
            due = now;
        }

        _due = due + interval;
        if (due > now)
        {
            await Task.Delay(due - now, time, cancellationToken);
        }
        else
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
