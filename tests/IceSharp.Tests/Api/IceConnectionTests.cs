using IceSharp.Protocol;
using IceSharp.TestMarks;

namespace IceSharp.Tests.Api;

public class IceConnectionTests
{
    [Fact]
    public async Task Sending_without_a_route_says_so()
    {
        await using IceAgent agent = TestAgents.Create();
        IceConnection connection = agent.AddDataStream("a").Rtp.Connection;

        connection.TrySend("x"u8).Should().Be(IceSendResult.NoRoute);
        (await connection.Invoking(c => c.SendAsync(new byte[1]).AsTask()).Should().ThrowAsync<IceException>()).Which.Error.Should().Be(IceError.NoRoute);
    }

    [Fact]
    [Rfc("ICE-8445-12.1-g")]
    public async Task Sending_is_done_when_the_call_returns_and_the_pair_shown_is_the_one_it_took()
    {
        var network = new MemoryNetwork();
        await using var left = new IceAgent(TestAgents.Options() with { Network = network });
        await using var right = new IceAgent(TestAgents.Options() with { Network = network });
        IceConnection before = left.AddDataStream("a").Rtp.Connection;
        before.TrySend([0x80, 0]).Should().Be(IceSendResult.NoRoute, "it does not wait for checks");
        (IceConnection one, _) = await TestAgents.ConnectAsync(left, right);

        one.TrySend([0x80, 1]).Should().Be(IceSendResult.Sent);

        var datagram = network.Sent.Last(s => s.Bytes[0] == 0x80);
        IceCandidatePairInfo pair = one.SelectedPair!;
        (datagram.Source, datagram.Bytes[1]).Should().Be((pair.Local.Address, (byte)1));
    }

    [Fact]
    public async Task Full_receive_queue_drops_the_oldest_and_counts()
    {
        IceAgentOptions options = TestAgents.Options() with { ReceiveQueueCapacity = 4 };
        await using IceAgent left = TestAgents.Create(), right = new(options);
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);

        for (byte i = 0; i < 10; i++)
        {
            a.TrySend([i]).Should().Be(IceSendResult.Sent);
            await UntilAsync(() => b.Statistics.DatagramsReceived == i + 1);
        }

        for (byte i = 6; i < 10; i++)
        {
            (await TestAgents.ReceiveAsync(b)).Should().Equal(i);
        }

        b.TryReceive(new byte[10], out _).Should().BeFalse();
        b.Statistics.DatagramsOverflowed.Should().Be(6);
        a.Statistics.DatagramsSent.Should().Be(10);
    }

    [Fact]
    public async Task Receiver_that_throws_loses_neither_loop_nor_agents()
    {
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);
        int calls = 0;
        var third = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        b.SetReceiver((_, _) =>
        {
            if (++calls == 3)
            {
                third.SetResult();
            }

            throw new InvalidOperationException("of the application");
        });

        for (int i = 0; i < 3; i++)
        {
            a.TrySend("x"u8);
        }

        await third.Task.WaitAsync(TestAgents.Patience);
        right.State.Should().BeOneOf(IceConnectionState.Connected, IceConnectionState.Completed);
    }

    [Fact]
    public async Task Receiver_gets_what_waited_first_and_may_be_taken_back()
    {
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);
        a.TrySend([1]);
        await UntilAsync(() => b.Statistics.DatagramsReceived == 1);
        var seen = new List<byte>();
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        b.SetReceiver((_, datagram) =>
        {
            seen.Add(datagram[0]);
            if (datagram[0] == 2)
            {
                second.SetResult();
            }
        });
        a.TrySend([2]);
        await second.Task.WaitAsync(TestAgents.Patience);

        seen.Should().Equal(1, 2);
        b.Invoking(c => c.TryReceive(new byte[1], out _)).Should().Throw<InvalidOperationException>();
        b.SetReceiver(null);
        await UntilAsync(() => TryReceives(b));
        a.TrySend([3]);
        (await TestAgents.ReceiveAsync(b)).Should().Equal(3);
    }

    [Fact]
    public async Task Datagram_that_is_too_long_is_the_callers_to_split()
    {
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);

        a.TrySend(new byte[65_508]).Should().Be(IceSendResult.TooLong);
        (await a.Invoking(c => c.SendAsync(new byte[65_508]).AsTask()).Should().ThrowAsync<IceException>()).Which.Error.Should().Be(IceError.MessageTooLong);
        a.TrySend(new byte[65_507]).Should().Be(IceSendResult.Sent);
        (await TestAgents.ReceiveAsync(b)).Should().HaveCount(65_507);
        a.TrySend([]).Should().Be(IceSendResult.Sent);
        (await TestAgents.ReceiveAsync(b)).Should().BeEmpty();
    }

    // A condition that another thread brings about: looked at again and again, with a deadline.
    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TestAgents.Patience);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static bool TryReceives(IceConnection connection)
    {
        try
        {
            connection.TryReceive(new byte[1], out _);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
