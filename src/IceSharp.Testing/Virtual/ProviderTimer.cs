namespace IceSharp.Testing;

/// <summary>A timer of a <see cref="VirtualTimeProvider"/>.</summary>
internal sealed class ProviderTimer(VirtualNetwork network, Action callback) : ITimer
{
    private int _version;
    private bool _disposed;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
        {
            return false;
        }

        int version = ++_version;
        if (dueTime >= TimeSpan.Zero)
        {
            network.After(dueTime, () => Fire(version, period));
        }

        return true;
    }

    public void Dispose() => _disposed = true;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    // An event of an older setting finds that it is one.
    private void Fire(int version, TimeSpan period)
    {
        if (_disposed || version != _version)
        {
            return;
        }

        if (period > TimeSpan.Zero)
        {
            network.After(period, () => Fire(version, period));
        }

        callback();
    }
}
