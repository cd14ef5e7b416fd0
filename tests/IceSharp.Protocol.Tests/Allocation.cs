namespace IceSharp.Protocol.Tests;

/// <summary>Counts what the calling thread allocates.</summary>
internal static class Allocation
{
    /// <summary>Bytes allocated by 1,000 runs, once warmed up.</summary>
    public static long Of(Action action)
    {
        for (int i = 0; i < 50; i++)
        {
            action();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
