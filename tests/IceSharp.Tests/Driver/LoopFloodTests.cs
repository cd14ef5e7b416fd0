using IceSharp.Internal.Driver;
using IceSharp.Internal.Endpoints;
using IceSharp.Protocol;

namespace IceSharp.Tests.Driver;

public class LoopFloodTests
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Sockets_that_announce_one_datagram_after_another_keep_neither_timers_nor_the_end_waiting(bool portable)
    {
        var thread = new LoopThread(new LoopClock(TimeProvider.System), portable);
        Loop loop = thread.Loop;
        Member flooded = new(), timed = new();
        using var socket = new FloodedSocket();
        var endpoint = new Endpoint(loop, flooded, new SocketHandle(1), socket);
        var pumped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        endpoint.Announce();
        loop.Post(timed, () =>
        {
            loop.SetDeadline(timed, loop.Now + TimeSpan.FromMilliseconds(5));
            timed.OnPump = () =>
            {
                if (timed.Deadline.IsNever)
                {
                    pumped.TrySetResult();
                }
            };
        });
        try
        {
            await pumped.Task.WaitAsync(TestAgents.Patience);
            flooded.Pumps.Should().BeGreaterThan(0, "what it has to send goes out between");
            loop.Post(flooded, endpoint.Close);
            await socket.Closed.WaitAsync(TestAgents.Patience);
        }
        finally
        {
            socket.Dispose();
            thread.Dispose();
        }

        thread.Thread.Join(TestAgents.Patience).Should().BeTrue();
    }

    [Fact]
    public void Turn_of_an_executor_ends_under_a_flood_and_asks_for_the_next()
    {
        var executor = new StepExecutor();
        using LoopLease lease = LoopGroup.Acquire(TimeProvider.System, executor, portable: false);
        var member = new Member();
        using var socket = new FloodedSocket();
        new Endpoint(lease.Loop, member, new SocketHandle(1), socket).Announce();

        for (int turn = 1; turn <= 3; turn++)
        {
            executor.IsWoken.Should().BeTrue();
            int before = member.Datagrams;
            executor.Run(mostTurns: 1);
            member.Datagrams.Should().BeInRange(before + 1, before + 1000);
        }

        socket.Dispose();
        executor.Run();
        executor.IsWoken.Should().BeFalse();
    }

    private sealed class Member : LoopMember
    {
        public int Pumps { get; private set; }

        public int Datagrams { get; private set; }

        public Action? OnPump { get; set; }

        public override void HandleDatagram(Endpoint endpoint, MonotonicTime now, TransportAddress source, ReadOnlySpan<byte> datagram) => Datagrams++;

        public override void Pump(MonotonicTime now)
        {
            Pumps++;
            OnPump?.Invoke();
        }

        public override void Fail(Exception reason) => throw reason;
    }
}
