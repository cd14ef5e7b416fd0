using IceSharp.Internal.Driver;
using IceSharp.Internal.Endpoints;
using IceSharp.Protocol;

namespace IceSharp.Tests.Driver;

public class DeadlineQueueTests
{
    [Fact]
    public void Next_is_always_the_earliest_of_those_set()
    {
        var random = new Random(4711);
        var queue = new DeadlineQueue();
        Member[] members = [.. Enumerable.Range(0, 60).Select(_ => new Member())];
        for (int step = 0; step < 20_000; step++)
        {
            Member member = members[random.Next(members.Length)];
            queue.Set(member, random.Next(4) == 0 ? MonotonicTime.Never : new MonotonicTime(random.Next(1000)));

            MonotonicTime earliest = members.Min(m => m.Deadline);
            queue.Next.Should().Be(earliest);
            queue.PeekDue(new MonotonicTime(500))?.Deadline.Should().Be(earliest);
            (queue.PeekDue(new MonotonicTime(500)) is null).Should().Be(earliest.Ticks > 500);
        }
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
