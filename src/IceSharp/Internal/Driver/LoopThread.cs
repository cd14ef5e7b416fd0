using IceSharp.Internal.Endpoints;
using IceSharp.Internal.Network;
using IceSharp.Protocol;

namespace IceSharp.Internal.Driver;

/// <summary>A background thread that blocks in the kernel over a loop's sockets and runs its turns.</summary>
internal sealed class LoopThread : IIceLoopRunner
{
    // A turn for one datagram takes a microsecond or two. Turns that begin closer than this did not sleep in between: more waits than they take.
    private static readonly TimeSpan BackloggedTurn = TimeSpan.FromMicroseconds(4);

    private readonly Poller _poller;
    private readonly ITimer? _timer;
    private volatile bool _stopping;

    public LoopThread(LoopClock clock, bool portable)
    {
        _poller = Poller.Create(portable);
        Loop = new Loop(clock) { Watched = new EndpointTable(_poller) };
        Loop.Start(this);
        if (clock.Provider != TimeProvider.System)
        {
            // The kernel's time is not this provider's: its timer wakes the thread instead.
            _timer = clock.Provider.CreateTimer(static poller => ((Poller)poller!).Wake(), _poller, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        Thread = new Thread(Run) { IsBackground = true, Name = "IceSharp loop" };
        Thread.UnsafeStart();
    }

    public Loop Loop { get; }

    public Thread Thread { get; }

    public void Wake() => _poller.Wake();

    /// <summary>Ends the thread after its current turn.</summary>
    public void Dispose()
    {
        _stopping = true;
        _poller.Wake();
    }

    private void Run()
    {
        Span<long> ready = stackalloc long[Poller.MaxReady];
        MonotonicTime now = Loop.Now;
        while (!_stopping)
        {
            MonotonicTime before = now;
            int count = _poller.Wait(before, KernelDeadline(before), ready);
            now = Loop.Now;
            Loop.RunTurn(now, ready[..count], backlogged: now - before < BackloggedTurn);
        }

        // Before the poller goes: what waits may take sockets off it.
        Loop.End();
        _timer?.Dispose();
        _poller.Dispose();
    }

    private MonotonicTime KernelDeadline(MonotonicTime now)
    {
        MonotonicTime next = Loop.NextDeadline;
        if (_timer is null || next <= now)
        {
            return next;
        }

        now = Loop.Now;
        _timer.Change(next.IsNever ? Timeout.InfiniteTimeSpan : next > now ? next - now : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return MonotonicTime.Never;
    }
}
