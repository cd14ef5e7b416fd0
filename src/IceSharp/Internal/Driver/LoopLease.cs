namespace IceSharp.Internal.Driver;

/// <summary>A place on a shared loop. Giving it back twice counts once.</summary>
internal sealed class LoopLease(Loop loop, Action release) : IDisposable
{
    private Action? _release = release;

    public Loop Loop => loop;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
