using IceSharp.Internal.Driver;
using IceSharp.Protocol;

namespace IceSharp.Internal.Diagnostics;

/// <summary>Sums of the agents' datagram counters.</summary>
internal sealed class TrafficTotals
{
    private readonly long[] _drops = new long[Enum.GetValues<DropReason>().Length];

    public long DatagramsSent { get; private set; }

    public long BytesSent { get; private set; }

    public long DatagramsReceived { get; private set; }

    public long BytesReceived { get; private set; }

    /// <summary>Datagrams that the application did not fetch in time.</summary>
    public long Overflowed { get; private set; }

    public long Dropped(DropReason reason) => _drops[(int)reason];

    public void Add(AgentSession agent)
    {
        foreach (IceConnection connection in agent.Connections)
        {
            IceConnectionStatistics counters = connection.Statistics;
            DatagramsSent += counters.DatagramsSent;
            BytesSent += counters.BytesSent;
            DatagramsReceived += counters.DatagramsReceived;
            BytesReceived += counters.BytesReceived;
            Overflowed += counters.DatagramsOverflowed;
        }

        for (int reason = 0; reason < _drops.Length; reason++)
        {
            _drops[reason] += agent.Drops.Get((DropReason)reason);
        }
    }

    public void Add(TrafficTotals other)
    {
        DatagramsSent += other.DatagramsSent;
        BytesSent += other.BytesSent;
        DatagramsReceived += other.DatagramsReceived;
        BytesReceived += other.BytesReceived;
        Overflowed += other.Overflowed;
        for (int reason = 0; reason < _drops.Length; reason++)
        {
            _drops[reason] += other._drops[reason];
        }
    }
}
