using IceSharp.Benchmarks.Datapath;

namespace IceSharp.Benchmarks.Relay;

/// <summary>Counts packets on the thread that receives them, whether all arrive or not, and what CPU time it took.</summary>
internal sealed class FlowMeter
{
    // The thread's CPU clock is a system call: looked at now and then.
    private const int Stride = 128;

    private int _count;
    private int _firstCount;
    private int _lastCount;
    private TimeSpan _firstCpu;
    private TimeSpan _lastCpu;

    /// <summary>Packets since <see cref="Reset"/>.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>CPU time for a packet, in microseconds; NaN when too few came.</summary>
    public double MicrosecondsPerPacket => _lastCount > _firstCount ? (_lastCpu - _firstCpu).TotalMicroseconds / (_lastCount - _firstCount) : double.NaN;

    public void Reset()
    {
        _count = _firstCount = _lastCount = 0;
        _firstCpu = _lastCpu = default;
    }

    /// <summary>One packet has come. On the receiving thread.</summary>
    public void Note()
    {
        int count = _count + 1;
        Volatile.Write(ref _count, count);
        if (count % Stride != 0)
        {
            return;
        }

        _lastCpu = ThreadCpuClock.Now;
        _lastCount = count;
        if (_firstCount == 0)
        {
            (_firstCount, _firstCpu) = (_lastCount, _lastCpu);
        }
    }

    /// <summary>Waits until nothing has come for a while.</summary>
    public void Settle()
    {
        for (int before = -1; before != Count;)
        {
            before = Count;
            Thread.Sleep(100);
        }
    }
}
