namespace IceSharp.Tests;

/// <summary>Counts what agents may leave behind in this process. Linux.</summary>
internal static class LoopThreads
{
    /// <summary>Threads of loops, by the name the kernel knows.</summary>
    public static int Count() => Directory.GetDirectories("/proc/self/task").Count(IsLoop);

    private static bool IsLoop(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith("IceSharp loop", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // ended meanwhile
        }
    }
}
