namespace IceSharp.Internal.Driver;

/// <summary>The few loops that agents share: started when needed, at most one a core, ended when nobody is on them. Thread safe.</summary>
internal sealed class LoopGroup
{
    private static readonly Lock s_gate = new();
    private static readonly List<LoopGroup> s_groups = [];

    private readonly Key _key;
    private readonly List<LoopSeat> _seats = [];

    private LoopGroup(Key key) => _key = key;

    /// <summary>Takes a place on the loop with the fewest members, among the loops of the process that use the same clock and executor.</summary>
    public static LoopLease Acquire(TimeProvider timeProvider, IIceLoopExecutor? executor, bool portable)
    {
        var key = new Key(timeProvider, executor, portable);
        lock (s_gate)
        {
            LoopGroup? group = s_groups.Find(g => g._key == key);
            if (group is null)
            {
                group = new LoopGroup(key);
                s_groups.Add(group);
            }

            LoopSeat seat = group.Choose();
            seat.Members++;
            return new LoopLease(seat.Loop, () => group.Release(seat));
        }
    }

    private LoopSeat Choose()
    {
        LoopSeat? least = _seats.MinBy(s => s.Members);

        // A simulation runs one loop, so that there is one order of events.
        int most = _key.Executor is null ? Environment.ProcessorCount : 1;
        if (least is null || (least.Members > 0 && _seats.Count < most))
        {
            least = Start();
            _seats.Add(least);
        }

        return least;
    }

    private LoopSeat Start()
    {
        var clock = new LoopClock(_key.TimeProvider);
        if (_key.Executor is null)
        {
            var thread = new LoopThread(clock, _key.Portable);
            return new LoopSeat(thread.Loop, thread);
        }

        var loop = new Loop(clock);
        IIceLoopRunner runner = _key.Executor.Attach(loop);
        loop.Start(runner);
        return new LoopSeat(loop, runner);
    }

    private void Release(LoopSeat seat)
    {
        lock (s_gate)
        {
            if (--seat.Members > 0)
            {
                return;
            }

            _seats.Remove(seat);
            if (_seats.Count == 0)
            {
                s_groups.Remove(this);
            }
        }

        seat.Runner.Dispose();
        if (_key.Executor is not null)
        {
            // A loop's own thread does this when its last turn is over.
            seat.Loop.End();
        }
    }

    private sealed record Key(TimeProvider TimeProvider, IIceLoopExecutor? Executor, bool Portable);

    private sealed class LoopSeat(Loop loop, IIceLoopRunner runner)
    {
        public Loop Loop => loop;

        public IIceLoopRunner Runner => runner;

        public int Members { get; set; }
    }
}
