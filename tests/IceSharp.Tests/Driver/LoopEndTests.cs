using IceSharp.Internal.Driver;
using IceSharp.Internal.Endpoints;
using IceSharp.Protocol;

namespace IceSharp.Tests.Driver;

public class LoopEndTests
{
    [Theory, InlineData(false), InlineData(true)]
    public void Work_posted_to_a_thread_that_has_ended_runs_where_it_is_posted(bool portable)
    {
        var thread = new LoopThread(new LoopClock(TimeProvider.System), portable);
        thread.Dispose();
        thread.Thread.Join(TestAgents.Patience).Should().BeTrue();
        int ranOn = 0, nestedRanOn = 0;

        thread.Loop.Post(new Member(), () =>
        {
            ranOn = Environment.CurrentManagedThreadId;
            thread.Loop.Post(new Member(), () => nestedRanOn = Environment.CurrentManagedThreadId);
        });

        ranOn.Should().Be(Environment.CurrentManagedThreadId);
        nestedRanOn.Should().Be(ranOn);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Work_that_waits_when_a_thread_is_stopped_still_runs(bool portable)
    {
        var thread = new LoopThread(new LoopClock(TimeProvider.System), portable);
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        thread.Loop.Post(new Member(), () =>
        {
            entered.Set();
            release.Wait();
        });
        entered.Wait(TestAgents.Patience).Should().BeTrue();
        int late = 0;

        thread.Dispose();
        Work(10);
        release.Set();
        thread.Thread.Join(TestAgents.Patience).Should().BeTrue();

        late.Should().Be(55);

        // Each round takes what was there at its beginning: more rounds than a turn has.
        void Work(int depth) => thread.Loop.Post(new Member(), () =>
        {
            late += depth;
            if (depth > 1)
            {
                Work(depth - 1);
            }
        });
    }

    [Fact]
    public void Work_posted_from_many_threads_around_the_end_runs_once_each_and_one_at_a_time()
    {
        for (int repeat = 0; repeat < 50; repeat++)
        {
            var thread = new LoopThread(new LoopClock(TimeProvider.System), portable: false);
            using var start = new Barrier(3);
            int ran = 0, inside = 0, overlaps = 0;
            Thread[] posters = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
            {
                start.SignalAndWait();
                for (int i = 0; i < 200; i++)
                {
                    thread.Loop.Post(new Member(), () =>
                    {
                        overlaps += Interlocked.Increment(ref inside) - 1;
                        Interlocked.Increment(ref ran);
                        Interlocked.Decrement(ref inside);
                    });
                }
            }))];
            Array.ForEach(posters, p => p.Start());
            start.SignalAndWait();
            thread.Dispose();
            Array.ForEach(posters, p => p.Join());
            thread.Thread.Join(TestAgents.Patience).Should().BeTrue();

            ran.Should().Be(400);
            overlaps.Should().Be(0);
        }
    }

    [Fact]
    public void Work_posted_to_an_executors_loop_that_has_ended_runs_at_once()
    {
        var executor = new StepExecutor();
        LoopLease lease = LoopGroup.Acquire(TimeProvider.System, executor, portable: false);
        int ran = 0;
        lease.Loop.Post(new Member(), () => ran++);

        lease.Dispose();

        ran.Should().Be(1, "what waited is done");
        lease.Loop.Post(new Member(), () => ran++);
        ran.Should().Be(2);
    }

    [Fact]
    public async Task Turn_that_never_ends_does_not_hold_up_the_end_of_an_executors_loop()
    {
        var executor = new StepExecutor();
        LoopLease lease = LoopGroup.Acquire(TimeProvider.System, executor, portable: false);
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        lease.Loop.Post(new Member(), () =>
        {
            entered.Set();
            release.Wait();
        });
        var turn = new Thread(() => executor.Run());
        turn.Start();
        entered.Wait(TestAgents.Patience).Should().BeTrue();
        var late = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await Task.Run(() =>
        {
            lease.Dispose();
            lease.Loop.Post(new Member(), late.SetResult);
        }).WaitAsync(TestAgents.Patience);
        late.Task.IsCompleted.Should().BeFalse();
        release.Set();

        await late.Task.WaitAsync(TestAgents.Patience);
        turn.Join(TestAgents.Patience).Should().BeTrue();
    }

    private sealed class Member : LoopMember
    {
        public override void HandleDatagram(Endpoint endpoint, MonotonicTime now, TransportAddress source, ReadOnlySpan<byte> datagram)
        {
        }

        public override void Pump(MonotonicTime now)
        {
        }

        public override void Fail(Exception reason)
        {
        }
    }
}
