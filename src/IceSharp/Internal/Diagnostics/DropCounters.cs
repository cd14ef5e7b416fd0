using IceSharp.Protocol;

namespace IceSharp.Internal.Diagnostics;

/// <summary>Counts dropped datagrams by reason. Written by one thread, read by any.</summary>
internal sealed class DropCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<DropReason>().Length];

    public void Count(DropReason reason) => _counts[(int)reason]++;

    public long this[DropReason reason] => Volatile.Read(ref _counts[(int)reason]);
}
