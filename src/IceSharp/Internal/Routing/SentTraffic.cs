namespace IceSharp.Internal.Routing;

/// <summary>Application data that left over one pair. Counted by senders on any thread.</summary>
internal sealed class SentTraffic
{
    private long _datagrams;
    private long _bytes;

    public long Datagrams => Volatile.Read(ref _datagrams);

    public long Bytes => Volatile.Read(ref _bytes);

    public void Count(int bytes)
    {
        Interlocked.Increment(ref _datagrams);
        Interlocked.Add(ref _bytes, bytes);
    }
}
