using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>One loop on the lab's thread.</summary>
internal sealed class VirtualLoopRunner(VirtualNetwork network, IIceLoop loop, List<VirtualLoopRunner> runners) : IIceLoopRunner
{
    private int _woken;
    private MonotonicTime _scheduled = MonotonicTime.Never;

    public void Wake() => Volatile.Write(ref _woken, 1);

    public void Dispose() => runners.Remove(this);

    public bool RunIfWoken()
    {
        if (Interlocked.Exchange(ref _woken, 0) == 0)
        {
            return false;
        }

        loop.RunTurn();
        MonotonicTime next = loop.NextDeadline;
        if (next < _scheduled)
        {
            _scheduled = next;
            network.Schedule(next, () => OnTime(next));
        }

        return true;
    }

    // A deadline that has moved later costs a turn that does nothing.
    private void OnTime(MonotonicTime at)
    {
        if (at == _scheduled)
        {
            _scheduled = MonotonicTime.Never;
            Wake();
        }
    }
}
