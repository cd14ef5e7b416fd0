using IceSharp.Internal.Driver;
using IceSharp.Internal.Endpoints;
using IceSharp.Protocol;

namespace IceSharp.Tests.Driver;

public class LoopTests
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Posted_work_runs_in_order_on_one_thread(bool portable)
    {
        using var thread = new LoopThread(new LoopClock(TimeProvider.System), portable);
        var member = new Member();
        var seen = new List<(int Number, int Thread)>();
        for (int i = 0; i < 1000; i++)
        {
            int number = i;
            thread.Loop.Post(member, () => seen.Add((number, Environment.CurrentManagedThreadId)));
        }

        await DrainAsync(thread.Loop, member);

        seen.Select(s => s.Number).Should().Equal(Enumerable.Range(0, 1000));
        seen.Select(s => s.Thread).Distinct().Should().ContainSingle().Which.Should().NotBe(Environment.CurrentManagedThreadId);
        thread.Loop.IsCurrent.Should().BeFalse();
    }

    [Fact]
    public async Task Member_that_throws_fails_alone()
    {
        using var thread = new LoopThread(new LoopClock(TimeProvider.System), portable: false);
        Member bad = new(), good = new();
        thread.Loop.Post(bad, () => throw new InvalidOperationException("ours"));
        bad.OnPump = () => throw new InvalidOperationException("in the pump too");
        thread.Loop.Post(bad, () => { });

        await DrainAsync(thread.Loop, good);

        bad.Failures.Should().HaveCount(2);
        good.Failures.Should().BeEmpty();
        good.Pumps.Should().Be(1);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Deadlines_wake_the_loop_in_their_order(bool portable)
    {
        using var thread = new LoopThread(new LoopClock(TimeProvider.System), portable);
        Loop loop = thread.Loop;
        var order = new List<int>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Member[] members = [.. Enumerable.Range(0, 3).Select(i => new Member())];
        loop.Post(new Member(), () =>
        {
            MonotonicTime now = loop.Now;
            int[] delays = [30, 10, 20];
            for (int i = 0; i < 3; i++)
            {
                int number = i;
                members[i].OnPump = () =>
                {
                    order.Add(number);
                    if (order.Count == 3)
                    {
                        done.SetResult();
                    }
                };
                loop.SetDeadline(members[i], now + TimeSpan.FromMilliseconds(delays[i]));
            }
        });

        await done.Task.WaitAsync(TestAgents.Patience);

        order.Should().Equal(1, 2, 0);
        await DrainAsync(loop, new Member());
        loop.NextDeadline.IsNever.Should().BeTrue();
    }

    [Fact]
    public void Executor_of_ones_own_runs_turns_when_asked()
    {
        var executor = new InlineExecutor();
        using LoopLease lease = LoopGroup.Acquire(TimeProvider.System, executor, portable: false);
        var member = new Member();

        lease.Loop.Post(member, () => lease.Loop.Post(member, () => member.Pumps.Should().Be(1)));

        member.Pumps.Should().Be(2);
        member.Failures.Should().BeEmpty();
        executor.Wakes.Should().Be(1, "work posted within a turn belongs to it");
    }

    [Fact]
    public void Groups_have_at_most_a_loop_a_core_and_end_them_when_unused()
    {
        var executor = new InlineExecutor();
        LoopLease[] single = [.. Enumerable.Range(0, 5).Select(_ => LoopGroup.Acquire(TimeProvider.System, executor, portable: false))];
        single.Select(l => l.Loop).Distinct().Should().ContainSingle();
        foreach (LoopLease lease in single)
        {
            executor.Disposals.Should().Be(0);
            lease.Dispose();
        }

        single[0].Dispose();
        executor.Disposals.Should().Be(1);

        var provider = new OtherTime();
        LoopLease[] threads = [.. Enumerable.Range(0, 5 * Environment.ProcessorCount).Select(_ => LoopGroup.Acquire(provider, null, portable: false))];
        threads.Select(l => l.Loop).Distinct().Should().HaveCount(Environment.ProcessorCount);
        foreach (LoopLease lease in threads)
        {
            lease.Dispose();
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Thread_ends_with_its_loop(bool portable)
    {
        var thread = new LoopThread(new LoopClock(TimeProvider.System), portable);

        thread.Dispose();

        thread.Thread.Join(TestAgents.Patience).Should().BeTrue();
    }

    [Fact]
    public async Task Clock_of_ones_own_drives_the_deadlines()
    {
        var provider = new OtherTime();
        using LoopLease lease = LoopGroup.Acquire(provider, null, portable: false);
        var member = new Member();
        var pumped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lease.Loop.Post(new Member(), () =>
        {
            member.OnPump = pumped.SetResult;
            lease.Loop.SetDeadline(member, lease.Loop.Now + TimeSpan.FromHours(1));
        });
        await provider.TimerSet.Task.WaitAsync(TestAgents.Patience);
        pumped.Task.IsCompleted.Should().BeFalse();

        provider.Advance(TimeSpan.FromHours(1));

        await pumped.Task.WaitAsync(TestAgents.Patience);
    }

    private static async Task DrainAsync(Loop loop, Member member)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        member.OnPump = done.SetResult;
        loop.Post(member, () => { });
        await done.Task.WaitAsync(TestAgents.Patience);
    }

    private sealed class Member : LoopMember
    {
        public List<Exception> Failures { get; } = [];

        public int Pumps { get; private set; }

        public Action? OnPump { get; set; }

        public override void HandleDatagram(Endpoint endpoint, MonotonicTime now, TransportAddress source, ReadOnlySpan<byte> datagram)
        {
        }

        public override void Pump(MonotonicTime now)
        {
            Pumps++;
            OnPump?.Invoke();
        }

        public override void Fail(Exception reason) => Failures.Add(reason);
    }

    private sealed class InlineExecutor : IIceLoopExecutor, IIceLoopRunner
    {
        private IIceLoop? _loop;

        public int Wakes { get; private set; }

        public int Disposals { get; private set; }

        public IIceLoopRunner Attach(IIceLoop loop)
        {
            _loop = loop;
            return this;
        }

        public void Wake()
        {
            Wakes++;
            _loop!.RunTurn();
        }

        public void Dispose() => Disposals++;
    }

    /// <summary>A clock that stands still until it is moved, with one timer.</summary>
    private sealed class OtherTime : TimeProvider
    {
        private long _now;
        private TimerCallback? _callback;
        private object? _state;

        public TaskCompletionSource TimerSet { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public void Advance(TimeSpan time)
        {
            Interlocked.Add(ref _now, (long)time.TotalMilliseconds);
            _callback?.Invoke(_state);
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_callback, _state) = (callback, state);
            return new OneTimer(this);
        }

        private sealed class OneTimer(OtherTime owner) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                if (dueTime == TimeSpan.FromHours(1))
                {
                    owner.TimerSet.TrySetResult();
                }

                return true;
            }

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
