using IceSharp.Protocol;

namespace IceSharp.Internal.Diagnostics;

/// <summary>Counts dropped datagrams by reason. Written by one thread, read by any.</summary>
internal sealed class DropCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<DropReason>().Length];

    public void Count(DropReason reason) => _counts[(int)reason]++;

    /// <exception cref="ArgumentOutOfRangeException">There is no such reason.</exception>
    public long Get(DropReason reason) => (uint)reason < (uint)_counts.Length
        ? Volatile.Read(ref _counts[(int)reason])
        : throw new ArgumentOutOfRangeException(nameof(reason), reason, "There is no such reason.");
}
