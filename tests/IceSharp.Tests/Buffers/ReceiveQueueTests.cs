using IceSharp.Internal.Buffers;

namespace IceSharp.Tests.Buffers;

public class ReceiveQueueTests
{
    private readonly ReceiveQueue _queue = new(capacity: 3);
    private readonly byte[] _buffer = new byte[3000];

    [Fact]
    public async Task Datagrams_come_out_in_order_large_ones_too()
    {
        byte[] large = Enumerable.Range(0, 3000).Select(i => (byte)i).ToArray();
        _queue.Put([1]);
        _queue.Put(large);

        (await _queue.ReceiveAsync(_buffer, default)).Should().Be(1);
        (await _queue.ReceiveAsync(_buffer, default)).Should().Be(3000);
        _buffer.Should().Equal(large);
    }

    [Fact]
    public void Oldest_gives_way()
    {
        for (byte i = 0; i < 5; i++)
        {
            _queue.Put([i]);
        }

        _queue.Overflows.Should().Be(2);
        for (byte i = 2; i < 5; i++)
        {
            _queue.TryReceive(_buffer, out int length).Should().BeTrue();
            length.Should().Be(1);
            _buffer[0].Should().Be(i);
        }

        _queue.TryReceive(_buffer, out _).Should().BeFalse();
    }

    [Fact]
    public async Task Waiting_call_gets_the_next_datagram_again_and_again()
    {
        for (byte i = 0; i < 100; i++)
        {
            ValueTask<int> waiting = _queue.ReceiveAsync(_buffer, default);
            waiting.IsCompleted.Should().BeFalse();
            _queue.Put([i, i]);
            (await waiting).Should().Be(2);
            _buffer[0].Should().Be(i);
        }
    }

    [Fact]
    public async Task Datagram_that_does_not_fit_is_dropped_and_counted()
    {
        ValueTask<int> waiting = _queue.ReceiveAsync(_buffer.AsMemory(0, 2), default);
        _queue.Put([1, 2, 3]);
        _queue.Put([4, 5]);
        (await waiting).Should().Be(2);
        _queue.Put([1, 2, 3]);
        _queue.TryReceive(_buffer.AsSpan(0, 2), out _).Should().BeFalse();

        _queue.TooLong.Should().Be(2);
    }

    [Fact]
    public async Task Cancelled_call_loses_no_datagram_and_leaves_its_buffer_alone()
    {
        using var cancellation = new CancellationTokenSource();
        ValueTask<int> waiting = _queue.ReceiveAsync(_buffer, cancellation.Token);
        await cancellation.CancelAsync();
        _queue.Put([9]);

        await waiting.AsTask().Invoking(t => t).Should().ThrowAsync<OperationCanceledException>();
        _buffer[0].Should().Be(0);
        (await _queue.ReceiveAsync(_buffer, default)).Should().Be(1);
        await _queue.Invoking(q => q.ReceiveAsync(_buffer, cancellation.Token).AsTask()).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Second_call_at_a_time_is_refused_even_before_the_first_is_awaited()
    {
        ValueTask<int> waiting = _queue.ReceiveAsync(_buffer, default);

        await _queue.Invoking(q => q.ReceiveAsync(_buffer, default).AsTask()).Should().ThrowAsync<InvalidOperationException>();
        _queue.Put([1]);
        _queue.Put([2]);
        FluentActions.Invoking(() => _queue.TryReceive(_buffer, out _)).Should().Throw<InvalidOperationException>();
        (await waiting).Should().Be(1);
        _queue.TryReceive(_buffer, out _).Should().BeTrue();
    }

    [Fact]
    public async Task End_fails_waiting_and_later_calls_and_drops_what_waits()
    {
        ValueTask<int> waiting = _queue.ReceiveAsync(_buffer, default);
        var reason = new IOException("over");
        _queue.End(reason);

        (await waiting.AsTask().Invoking(t => t).Should().ThrowAsync<IOException>()).Which.Should().BeSameAs(reason);
        _queue.Put([1]);
        await _queue.Invoking(q => q.ReceiveAsync(_buffer, default).AsTask()).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task Cancellations_and_datagrams_that_race_lose_nothing()
    {
        const int Count = 20_000;
        var queue = new ReceiveQueue(Count);
        int received = 0;
        Task producer = Task.Run(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                queue.Put(BitConverter.GetBytes(i));
            }
        });

        while (received < Count)
        {
            using var cancellation = new CancellationTokenSource();
            ValueTask<int> waiting = queue.ReceiveAsync(_buffer, cancellation.Token);
            if (received % 3 == 0)
            {
                await cancellation.CancelAsync();
            }

            try
            {
                await waiting.AsTask().WaitAsync(TestAgents.Patience);
                BitConverter.ToInt32(_buffer).Should().Be(received++);
            }
            catch (OperationCanceledException)
            {
                if (queue.TryReceive(_buffer, out _))
                {
                    BitConverter.ToInt32(_buffer).Should().Be(received++);
                }
            }
        }

        await producer;
    }
}
