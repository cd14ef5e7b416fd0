namespace IceSharp.Tests.Api;

// Alone: agents of other tests would allocate on the same loops.
[Collection(nameof(AloneCollection))]
public class DatapathAllocationTests
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Sending_and_receiving_allocate_nothing(bool portable)
    {
        const int Packets = 2000;
        await using IceAgent left = TestAgents.Create(portable), right = TestAgents.Create(portable);
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);
        await Task.WhenAll(a.Completed, b.Completed).WaitAsync(TestAgents.Patience);
        var received = new long[2 * Packets];
        int count = 0;
        b.SetReceiver((_, _) => received[Math.Min(count++, received.Length - 1)] = GC.GetAllocatedBytesForCurrentThread());
        byte[] packet = new byte[172];

        Send(Packets);
        long sent = Send(Packets);
        count.Should().Be(2 * Packets);

        sent.Should().BeLessThan(Packets, "less than a byte a packet is not the packets'");
        (received[^1] - received[Packets]).Should().BeLessThan(Packets);

        // One packet under way at a time: none is lost to a full buffer.
        long Send(int packets)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < packets; i++)
            {
                int seen = Volatile.Read(ref count);
                if (a.TrySend(packet) != IceSendResult.Sent)
                {
                    throw new InvalidOperationException("Loopback refused a packet.");
                }

                long deadline = Environment.TickCount64 + (long)TestAgents.Patience.TotalMilliseconds;
                while (Volatile.Read(ref count) == seen && Environment.TickCount64 < deadline)
                {
                    Thread.Yield();
                }
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
