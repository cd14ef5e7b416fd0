namespace IceSharp.Testing;

/// <summary>The clock of a virtual network as a <see cref="TimeProvider"/>: timers fire while the network runs.</summary>
/// <remarks>Not thread safe. The calendar begins on 1 January 2000, so that dates do not depend on when a test runs.</remarks>
public sealed class VirtualTimeProvider : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly VirtualNetwork _network;

    /// <summary>Creates a provider.</summary>
    /// <param name="network">Whose clock.</param>
    public VirtualTimeProvider(VirtualNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _network = network;
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long GetTimestamp() => _network.Now.Ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Start + new TimeSpan(_network.Now.Ticks);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ProviderTimer timer = new(_network, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }
}
