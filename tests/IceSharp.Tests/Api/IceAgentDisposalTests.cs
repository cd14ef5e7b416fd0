namespace IceSharp.Tests.Api;

public class IceAgentDisposalTests
{
    [Fact]
    public async Task Disposal_ends_every_pending_call_in_a_defined_way()
    {
        IceAgent agent = TestAgents.Create(), other = TestAgents.Create();
        (IceConnection a, _) = await TestAgents.ConnectAsync(agent, other);
        IceAgent lonely = TestAgents.Create();
        Task<IceConnection> connect = lonely.ConnectAsync();
        Task<IceCandidatePairInfo> completed = lonely.DataStreams[0].Rtp.Connection.Completed;
        Task<int> receive = a.ReceiveAsync(new byte[100]).AsTask();

        await Task.WhenAll(agent.DisposeAsync().AsTask(), lonely.DisposeAsync().AsTask(), other.DisposeAsync().AsTask()).WaitAsync(TestAgents.Patience);

        foreach (Task pending in new Task[] { connect, completed, receive })
        {
            (await pending.Invoking(t => t.WaitAsync(TestAgents.Patience)).Should().ThrowAsync<IceException>()).Which.Error.Should().Be(IceError.AgentClosed);
        }

        a.TrySend("late"u8).Should().Be(IceSendResult.Closed);
        (await a.Invoking(c => c.SendAsync("late"u8.ToArray()).AsTask()).Should().ThrowAsync<IceException>()).Which.Error.Should().Be(IceError.AgentClosed);
        (await a.Invoking(c => c.ReceiveAsync(new byte[1]).AsTask()).Should().ThrowAsync<IceException>()).Which.Error.Should().Be(IceError.AgentClosed);
        agent.State.Should().Be(IceConnectionState.Closed);
    }

    [Fact]
    public async Task Disposal_during_gathering_ends_the_enumeration()
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var network = new FakeNetwork
        {
            Wrap = socket =>
            {
                opened.SetResult();
                return socket;
            },
        };
        var agent = new IceAgent(TestAgents.Options() with { Network = network, Servers = [IceServer.Stun("stun:127.0.0.1:9")] });
        Task<IceDescription> gathering = agent.GatherAllAsync();
        await opened.Task.WaitAsync(TestAgents.Patience);

        await agent.DisposeAsync().AsTask().WaitAsync(TestAgents.Patience);

        (await gathering.Invoking(t => t.WaitAsync(TestAgents.Patience)).Should().ThrowAsync<IceException>()).Which.Error.Should().Be(IceError.AgentClosed);
        network.Opened.Should().OnlyContain(s => s.TrySend(new byte[1], s.LocalAddress) == IceSendResult.Closed);
    }

    [Fact]
    public async Task Disposing_twice_or_unused_is_fine_and_later_calls_say_disposed()
    {
        IceAgent agent = TestAgents.Create();
        await agent.DisposeAsync();
        await agent.DisposeAsync();

        await agent.Invoking(a => a.GatherAllAsync()).Should().ThrowAsync<ObjectDisposedException>();
        agent.Invoking(a => a.AddDataStream("late")).Should().Throw<ObjectDisposedException>();
        agent.Invoking(a => a.LocalDescription).Should().Throw<ObjectDisposedException>();
        await agent.Invoking(a => a.ConnectAsync()).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task Receiver_that_never_returns_does_not_hold_up_disposal()
    {
        using var release = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var network = new FakeNetwork();
        IceAgentOptions options = TestAgents.Options() with { CloseTimeout = TimeSpan.FromMilliseconds(100) };
        IceAgent blocked = new(options with { Network = network }), other = new(options);
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(blocked, other);
        a.SetReceiver((_, _) =>
        {
            entered.Set();
            release.Wait();
        });
        b.TrySend("x"u8);
        entered.Wait(TestAgents.Patience).Should().BeTrue();
        Task<IceDescription> pending = blocked.GatherAllAsync();

        await blocked.DisposeAsync().AsTask().WaitAsync(TestAgents.Patience);

        network.Opened.Should().OnlyContain(s => s.TrySend(new byte[1], s.LocalAddress) == IceSendResult.Closed);
        (await pending.Invoking(t => t.WaitAsync(TestAgents.Patience)).Should().ThrowAsync<IceException>()).Which.Error.Should().Be(IceError.AgentClosed);
        release.Set();
        await other.DisposeAsync();
    }

    [Fact]
    public async Task Disposal_from_within_a_receiver_is_possible()
    {
        IceAgent left = TestAgents.Create();
        await using IceAgent right = TestAgents.Create();
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);
        var disposed = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        a.SetReceiver((_, _) => disposed.TrySetResult(left.DisposeAsync().AsTask()));

        b.TrySend("x"u8);

        await (await disposed.Task.WaitAsync(TestAgents.Patience)).WaitAsync(TestAgents.Patience);
    }

    [Fact]
    public async Task Socket_that_is_bound_after_the_loop_has_ended_is_closed()
    {
        var time = new OwnTime();
        var bound = new TaskCompletionSource<IIceUdpSocket>();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var network = new FakeNetwork
        {
            Hand = socket =>
            {
                socket.Dispose();
                asked.SetResult();
                return new ValueTask<IIceUdpSocket>(bound.Task);
            },
        };
        var agent = new IceAgent(TestAgents.Options() with { Network = network, TimeProvider = time });
        Task gathering = agent.GatherAllAsync();
        await asked.Task.WaitAsync(TestAgents.Patience);
        await agent.DisposeAsync().AsTask().WaitAsync(TestAgents.Patience);
        await time.LoopEnded.Task.WaitAsync(TestAgents.Patience);

        using var late = new FloodedSocket();
        bound.SetResult(late);

        await late.Closed.WaitAsync(TestAgents.Patience);
        (await gathering.Invoking(t => t.WaitAsync(TestAgents.Patience)).Should().ThrowAsync<IceException>()).Which.Error.Should().Be(IceError.AgentClosed);
    }

    [Fact]
    public async Task Calls_that_come_while_the_agent_is_disposed_end_in_a_defined_way()
    {
        for (int i = 0; i < 50; i++)
        {
            var agent = new IceAgent(TestAgents.Options() with { Network = new FakeNetwork(), TimeProvider = new OwnTime() });
            await agent.GatherAllAsync().WaitAsync(TestAgents.Patience);
            using var start = new Barrier(2);
            Task dispose = Task.Run(async () =>
            {
                start.SignalAndWait();
                await agent.DisposeAsync();
            });
            Task gather = Task.Run(async () =>
            {
                start.SignalAndWait();
                for (int call = 0; call < 1000; call++)
                {
                    await agent.GatherAllAsync();
                }
            });

            Exception? end = await Record.ExceptionAsync(() => gather.WaitAsync(TestAgents.Patience));
            await dispose.WaitAsync(TestAgents.Patience);

            if (end is not null)
            {
                end.Should().Match(e => e is ObjectDisposedException || (e is IceException && ((IceException)e).Error == IceError.AgentClosed));
            }
        }
    }

    [Fact]
    public async Task Sockets_and_threads_are_gone_after_many_agents()
    {
        var network = new FakeNetwork();
        for (int i = 0; i < 30; i++)
        {
            await using IceAgent left = new(TestAgents.Options() with { Network = network }), right = new(TestAgents.Options() with { Network = network });
            await TestAgents.ConnectAsync(left, right);
        }

        network.Opened.Should().HaveCount(60).And.OnlyContain(s => s.TrySend(new byte[1], s.LocalAddress) == IceSendResult.Closed);
    }

    /// <summary>The system's time, but no other agent's loop: one that tells when it has ended.</summary>
    private sealed class OwnTime : TimeProvider
    {
        public TaskCompletionSource LoopEnded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            state?.GetType().Name.EndsWith("Poller", StringComparison.Ordinal) == true
                ? new LoopTimer(this, base.CreateTimer(callback, state, dueTime, period))
                : base.CreateTimer(callback, state, dueTime, period);

        private sealed class LoopTimer(OwnTime owner, ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

            public void Dispose()
            {
                timer.Dispose();
                owner.LoopEnded.TrySetResult();
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }
}
