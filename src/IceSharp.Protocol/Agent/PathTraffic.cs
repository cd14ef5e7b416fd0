namespace IceSharp.Protocol.Agent;

/// <summary>Application data that came in on one path. One writer: the thread that runs the machine.</summary>
internal sealed class PathTraffic
{
    public long Datagrams { get; private set; }

    public long Bytes { get; private set; }

    public MonotonicTime? LastAt { get; private set; }

    public void Count(MonotonicTime now, int bytes)
    {
        Datagrams++;
        Bytes += bytes;
        LastAt = now;
    }
}
