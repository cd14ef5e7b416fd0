using System.Net.Sockets;
using IceSharp.Internal.Network;
using IceSharp.Protocol;
using IceSharp.Protocol.Discovery;
using IceSharp.TestMarks;

namespace IceSharp.Tests.Network;

public class StaggeredConnectorTests
{
    private static readonly TransportAddress V6 = TransportAddress.Parse("[2001:db8::1]:3478");
    private static readonly TransportAddress V4 = TransportAddress.Parse("192.0.2.1:3478");
    private static readonly StaggeredAttemptSettings Quick = new() { Delay = TimeSpan.FromMilliseconds(10), AttemptTimeout = TimeSpan.FromMinutes(1) };

    [Fact]
    [Rfc("STUN-8489-8.1-c")]
    public async Task Broken_family_does_not_block_the_other()
    {
        var silent = new TaskCompletionSource();

        Connection won = await ConnectAsync((address, givenUp) => address == V6 ? HangAsync(silent, givenUp) : Task.FromResult(new Connection(address)));

        won.Address.Should().Be(V4);
        won.Disposed.Task.IsCompleted.Should().BeFalse();
        await silent.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task First_address_wins_without_the_others_when_it_answers_at_once()
    {
        var asked = new List<TransportAddress>();

        Connection won = await ConnectAsync((address, _) =>
        {
            asked.Add(address);
            return Task.FromResult(new Connection(address));
        });

        won.Address.Should().Be(V6);
        asked.Should().Equal(V6);
    }

    [Fact]
    public async Task Connection_that_comes_too_late_is_disposed_of()
    {
        var gate = new TaskCompletionSource();
        var late = new Connection(V6);

        await ConnectAsync(async (address, _) =>
        {
            if (address == V4)
            {
                return new Connection(address);
            }

            await gate.Task;
            return late;
        });
        gate.SetResult();

        await late.Disposed.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task When_all_fail_each_failure_is_told()
    {
        AggregateException failure = (await FluentActions.Awaiting(() => ConnectAsync((address, _) => address == V6
                ? throw new SocketException((int)SocketError.NetworkUnreachable)
                : Task.FromException<Connection>(new SocketException((int)SocketError.ConnectionRefused))))
            .Should().ThrowAsync<AggregateException>()).Which;

        failure.InnerExceptions.Cast<SocketException>().Select(e => e.SocketErrorCode).Should().Equal(SocketError.NetworkUnreachable, SocketError.ConnectionRefused);
    }

    [Fact]
    public async Task Attempts_that_never_end_run_out_of_time()
    {
        var settings = new StaggeredAttemptSettings { Delay = TimeSpan.FromMilliseconds(10), AttemptTimeout = TimeSpan.FromMilliseconds(30) };

        AggregateException failure = (await FluentActions.Awaiting(() => ConnectAsync((_, _) => new TaskCompletionSource<Connection>().Task, settings).WaitAsync(TimeSpan.FromSeconds(20)))
            .Should().ThrowAsync<AggregateException>()).Which;

        failure.InnerExceptions.Should().HaveCount(2).And.AllBeOfType<TimeoutException>();
    }

    [Fact]
    public async Task Cancellation_gives_all_attempts_up()
    {
        using var cancel = new CancellationTokenSource();
        var first = new TaskCompletionSource();
        var second = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        Task connecting = ConnectAsync(
            (address, givenUp) =>
            {
                if (address == V4)
                {
                    begun.SetResult();
                }

                return HangAsync(address == V6 ? first : second, givenUp);
            },
            cancellationToken: cancel.Token);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await cancel.CancelAsync();

        await FluentActions.Awaiting(() => connecting.WaitAsync(TimeSpan.FromSeconds(20))).Should().ThrowAsync<OperationCanceledException>();
        await Task.WhenAll(first.Task, second.Task).WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static Task<Connection> ConnectAsync(
        Func<TransportAddress, CancellationToken, Task<Connection>> connect, StaggeredAttemptSettings? settings = null, CancellationToken cancellationToken = default) =>
        StaggeredConnector.ConnectAsync([V6, V4], connect, settings ?? Quick, TimeProvider.System, cancellationToken);

    private static async Task<Connection> HangAsync(TaskCompletionSource givenUp, CancellationToken cancellationToken)
    {
        try
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }
        finally
        {
            givenUp.SetResult();
        }

        throw new InvalidOperationException("It hangs.");
    }

    private sealed class Connection(TransportAddress address) : IAsyncDisposable
    {
        public TransportAddress Address { get; } = address;

        public TaskCompletionSource Disposed { get; } = new();

        public ValueTask DisposeAsync()
        {
            Disposed.SetResult();
            return ValueTask.CompletedTask;
        }
    }
}
