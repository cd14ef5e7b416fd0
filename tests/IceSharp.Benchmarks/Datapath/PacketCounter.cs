namespace IceSharp.Benchmarks.Datapath;

/// <summary>Counts packets on the thread that receives them, and reads that thread's CPU clock at the first and the last of a batch.</summary>
internal sealed class PacketCounter : IDisposable
{
    private readonly ManualResetEventSlim _done = new();
    private int _expected;
    private int _received;
    private TimeSpan _cpuAtStart;
    private long _bytesAtStart;

    /// <summary>CPU time of the receiving thread from the first to the last packet.</summary>
    public TimeSpan Cpu { get; private set; }

    /// <summary>Bytes that the receiving thread has allocated from the first to the last packet.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Packets between the two readings.</summary>
    public int Counted { get; private set; }

    /// <summary>Expects a batch. Before anything is sent.</summary>
    public void Expect(int packets)
    {
        _done.Reset();
        _received = 0;
        Volatile.Write(ref _expected, packets);
    }

    /// <summary>One packet has come. On the receiving thread.</summary>
    public void Count()
    {
        int received = ++_received;
        if (received == 1)
        {
            _bytesAtStart = GC.GetAllocatedBytesForCurrentThread();
            _cpuAtStart = ThreadCpuClock.Now;
        }
        else if (received == Volatile.Read(ref _expected))
        {
            Cpu = ThreadCpuClock.Now - _cpuAtStart;
            AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - _bytesAtStart;
            Counted = received - 1;
            _done.Set();
        }
    }

    /// <summary>Waits for the batch; false when packets were lost.</summary>
    public bool Wait() => _done.Wait(TimeSpan.FromSeconds(2));

    public void Dispose() => _done.Dispose();
}
