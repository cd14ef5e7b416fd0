using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Wakes the driver of a machine at the machine's deadline.</summary>
/// <remarks>A deadline that moved later costs one wake that does nothing: cheaper than taking events out of the queue.</remarks>
internal sealed class VirtualTimer(VirtualNetwork network, Action wake)
{
    private MonotonicTime _deadline = MonotonicTime.Never;
    private MonotonicTime _scheduled = MonotonicTime.Never;

    public void Set(MonotonicTime deadline)
    {
        _deadline = deadline;
        if (deadline < _scheduled)
        {
            Schedule();
        }
    }

    private void Schedule()
    {
        MonotonicTime at = _scheduled = MonotonicTime.Max(_deadline, network.Now);
        network.Schedule(at, () => Fire(at));
    }

    private void Fire(MonotonicTime at)
    {
        if (at != _scheduled)
        {
            return;
        }

        _scheduled = MonotonicTime.Never;
        if (_deadline <= network.Now)
        {
            _deadline = MonotonicTime.Never;
            wake();
        }
        else if (!_deadline.IsNever)
        {
            Schedule();
        }
    }
}
