using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace IceSharp.Interop.Tests.Namespaces;

/// <summary>
/// Name of a namespace of ours: it says which process made it, so that others can tell one in use from one left behind.
/// A process ID alone would not do, because they come again; with the start time it is unique.
/// </summary>
/// <param name="ProcessId">The process that made it.</param>
/// <param name="StartTicks">When that process started, in clock ticks since boot.</param>
/// <param name="Serial">Counts the namespaces of that process.</param>
/// <param name="Role">What it stands for, for people.</param>
internal sealed record NamespaceName(int ProcessId, long StartTicks, int Serial, string Role)
{
    private const string Prefix = "icesharp";

    private static int _lastSerial;

    /// <summary>Whether the process that made the namespace still runs.</summary>
    public bool IsInUse => ReadStartTicks(ProcessId) == StartTicks;

    public static NamespaceName Next(string role)
    {
        int self = Environment.ProcessId;
        long start = ReadStartTicks(self) ?? throw new PlatformNotSupportedException("/proc is needed to name network namespaces.");
        return new NamespaceName(self, start, Interlocked.Increment(ref _lastSerial), role);
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out NamespaceName? name)
    {
        string[] parts = text.Split('-', 5);
        name = parts.Length == 5 && parts[0] == Prefix
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int processId)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long start)
            && int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out int serial)
                ? new NamespaceName(processId, start, serial, parts[4])
                : null;
        return name is not null;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{ProcessId}-{StartTicks}-{Serial}-{Role}");

    // Field 22 of /proc/PID/stat; the program's name in field 2 may hold spaces, so counting starts behind its bracket.
    private static long? ReadStartTicks(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
