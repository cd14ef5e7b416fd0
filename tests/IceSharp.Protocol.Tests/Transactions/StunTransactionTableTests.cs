using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Transactions;

public class StunTransactionTableTests
{
    private static readonly SocketHandle Socket = new(1);
    private static readonly TransportAddress Peer = TransportAddress.Parse("192.0.2.1:3478");
    private static readonly RetransmissionSchedule Default = new(new StunRetransmissionSettings());

    private readonly StunTransactionTable<string> _table = new(capacity: 8);

    [Fact]
    [Rfc("STUN-8489-5-g")]
    [Rfc("STUN-8489-6.2.1-a")]
    public void Copies_are_due_exactly_on_schedule_and_equal_the_request()
    {
        byte[] request = Request(1);
        Start("a", request, At(0));
        List<double> sent = [];
        while (_table.NextDeadline is { IsNever: false } next)
        {
            _table.HandleTimeout(next);
            while (_table.TryTakeRetransmission(out StunTransaction<string>? transaction))
            {
                transaction.Request.SequenceEqual(request).Should().BeTrue();
                sent.Add(Ms(next));
            }

            if (_table.TryTakeExpired(out StunTransaction<string>? expired))
            {
                expired.Owner.Should().Be("a");
                expired.IsCancelled.Should().BeFalse();
                expired.TransmissionCount.Should().Be(7);
                sent.Add(-Ms(next));
            }
        }

        sent.Should().Equal(500, 1500, 3500, 7500, 15500, 31500, -39500);
        _table.Count.Should().Be(0);
    }

    [Fact]
    public void Early_and_repeated_calls_do_nothing()
    {
        Start("a", Request(1), At(0));
        _table.HandleTimeout(At(499));
        _table.TryTakeRetransmission(out _).Should().BeFalse();

        _table.HandleTimeout(At(500));
        _table.HandleTimeout(At(500));

        _table.TryTakeRetransmission(out _).Should().BeTrue();
        _table.TryTakeRetransmission(out _).Should().BeFalse();
        _table.NextDeadline.Should().Be(At(1500));
    }

    [Fact]
    public void A_late_call_sends_one_copy_and_keeps_to_the_schedule()
    {
        Start("a", Request(1), At(0));
        _table.HandleTimeout(At(4000));

        _table.TryTakeRetransmission(out StunTransaction<string>? transaction).Should().BeTrue();
        _table.TryTakeRetransmission(out _).Should().BeFalse();
        transaction!.TransmissionCount.Should().Be(2);
        _table.NextDeadline.Should().Be(At(7500));
    }

    [Fact]
    public void A_call_after_the_end_expires_without_another_copy()
    {
        Start("a", Request(1), At(0));
        _table.HandleTimeout(At(60_000));

        _table.TryTakeRetransmission(out _).Should().BeFalse();
        _table.TryTakeExpired(out _).Should().BeTrue();
        _table.NextDeadline.Should().Be(MonotonicTime.Never);
    }

    [Fact]
    public void A_copy_that_was_due_is_not_sent_once_the_answer_came()
    {
        StunTransaction<string> transaction = Start("a", Request(1), At(0));
        _table.HandleTimeout(At(500));
        _table.Complete(transaction);

        _table.TryTakeRetransmission(out _).Should().BeFalse();
        _table.TryFind(transaction.Id, out _).Should().BeFalse();
        transaction.Request.Length.Should().Be(0);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-n")]
    public void Cancelling_stops_copies_and_keeps_the_id_until_the_normal_end()
    {
        StunTransaction<string> transaction = Start("a", Request(1), At(0));
        _table.HandleTimeout(At(500));
        _table.Cancel(transaction);

        _table.TryTakeRetransmission(out _).Should().BeFalse();
        _table.NextDeadline.Should().Be(At(39500));
        _table.HandleTimeout(At(39499));
        _table.TryFind(transaction.Id, out StunTransaction<string>? found).Should().BeTrue();
        found!.IsCancelled.Should().BeTrue();
        _table.HandleTimeout(At(39500));
        _table.TryFind(transaction.Id, out _).Should().BeFalse();
        _table.TryTakeExpired(out StunTransaction<string>? expired).Should().BeTrue();
        expired.Should().BeSameAs(transaction);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-e")]
    public void Round_trip_is_told_only_when_there_was_one_copy()
    {
        StunTransaction<string> once = Start("a", Request(1), At(0));
        once.RoundTripAt(At(80)).Should().Be(TimeSpan.FromMilliseconds(80));

        _table.HandleTimeout(At(500));
        once.RoundTripAt(At(510)).Should().Be(TimeSpan.FromMilliseconds(510), "the copy is due but has not left");
        _table.TryTakeRetransmission(out _).Should().BeTrue();
        once.RoundTripAt(At(510)).Should().BeNull();
    }

    [Fact]
    public void Copies_and_expiries_come_in_the_order_of_the_starts()
    {
        for (int i = 8; i >= 1; i--)
        {
            Start($"{i}", Request(i), At(0));
        }

        _table.HandleTimeout(At(500));
        List<string> copies = [], expired = [];
        while (_table.TryTakeRetransmission(out StunTransaction<string>? t))
        {
            copies.Add(t.Owner);
        }

        _table.HandleTimeout(At(39500));
        while (_table.TryTakeExpired(out StunTransaction<string>? t))
        {
            expired.Add(t.Owner);
        }

        copies.Should().Equal("8", "7", "6", "5", "4", "3", "2", "1");
        expired.Should().Equal("8", "7", "6", "5", "4", "3", "2", "1");
    }

    [Fact]
    public void The_earliest_deadline_is_found_again_after_its_transaction_ended()
    {
        StunTransaction<string> first = Start("a", Request(1), At(0));
        Start("b", Request(2), At(100));
        _table.NextDeadline.Should().Be(At(500));

        _table.Complete(first);

        _table.NextDeadline.Should().Be(At(600));
    }

    [Fact]
    public void A_full_table_and_a_taken_id_start_nothing()
    {
        for (int i = 1; i <= 7; i++)
        {
            Start($"{i}", Request(i), At(0));
        }

        _table.TryStart(At(0), "again", Socket, Peer, Default, Request(3)).Should().BeNull();
        Start("8", Request(8), At(0));
        _table.TryStart(At(0), "9", Socket, Peer, Default, Request(9)).Should().BeNull();
        _table.Count.Should().Be(8);
    }

    [Fact]
    public void Buffers_are_used_again_without_mixing_requests()
    {
        StunTransaction<string> first = Start("a", Request(1), At(0));
        _table.Complete(first);
        byte[] request = Request(2);
        StunTransaction<string> second = Start("b", request, At(0));

        first.Request.Length.Should().Be(0);
        second.Request.SequenceEqual(request).Should().BeTrue();
    }

    [Fact]
    public void Retransmission_allocates_nothing()
    {
        RetransmissionSchedule schedule = new(new StunRetransmissionSettings { MaxTransmissions = 16 });
        _table.TryStart(At(0), "a", Socket, Peer, schedule, Request(1)).Should().NotBeNull();
        byte[] buffer = new byte[1500];
        for (int i = 1; i < 4; i++)
        {
            SendCopy(i);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 4; i < 16; i++)
        {
            SendCopy(i);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void SendCopy(int index)
        {
            _table.HandleTimeout(At(0) + schedule.TransmissionOffset(index));
            while (_table.TryTakeRetransmission(out StunTransaction<string>? t))
            {
                t.Request.CopyTo(buffer);
            }
        }
    }

    private static MonotonicTime At(double ms) => MonotonicTime.Zero + TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(ms);

    private static double Ms(MonotonicTime time) => (time - At(0)).TotalMilliseconds;

    private static byte[] Request(int id)
    {
        byte[] buffer = new byte[64];
        StunWriter writer = new(buffer, StunMethod.Binding, StunClass.Request, new StunTransactionId(7, (ulong)id));
        writer.AddUInt32(StunAttributeType.Priority, (uint)id);
        return writer.Written.ToArray();
    }

    private StunTransaction<string> Start(string owner, byte[] request, MonotonicTime now) =>
        _table.TryStart(now, owner, Socket, Peer, Default, request)!;
}
