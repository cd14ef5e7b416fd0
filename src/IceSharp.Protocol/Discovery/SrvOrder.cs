using System.Buffers.Binary;
using IceSharp.Protocol.Dns;

namespace IceSharp.Protocol.Discovery;

/// <summary>Puts the servers of a service into the order in which one client tries them (RFC 2782).</summary>
/// <remarks>Thread safe: holds no state.</remarks>
public static class SrvOrder
{
    /// <summary>Sorts by priority; within one, draws by weight.</summary>
    /// <param name="records">The records in any order; not changed.</param>
    /// <param name="random">What the draw depends on.</param>
    public static IReadOnlyList<SrvRecord> Draw(IReadOnlyList<SrvRecord> records, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(random);
        var ordered = new List<SrvRecord>(records.Count);
        foreach (IGrouping<ushort, SrvRecord> group in records.GroupBy(r => r.Priority).OrderBy(g => g.Key))
        {
            // Those without weight come first, so that the draw of 0 and only that reaches them.
            List<SrvRecord> left = [.. group.OrderBy(r => r.Weight != 0)];
            while (left.Count > 0)
            {
                int chosen = left.Count == 1 ? 0 : DrawOne(left, random);
                ordered.Add(left[chosen]);
                left.RemoveAt(chosen);
            }
        }

        return ordered;
    }

    private static int DrawOne(List<SrvRecord> records, IRandomSource random)
    {
        uint sum = 0;
        foreach (SrvRecord record in records)
        {
            sum += record.Weight;
        }

        uint drawn = DrawUpTo(sum, random);
        uint running = 0;
        int index = -1;
        do
        {
            running += records[++index].Weight;
        }
        while (running < drawn);

        return index;
    }

    // 64 bits for a choice of at most 2^22: the bias is far below anything that could be seen.
    private static uint DrawUpTo(uint most, IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        random.Fill(bytes);
        return (uint)Math.BigMul(BinaryPrimitives.ReadUInt64BigEndian(bytes), most + 1UL, out _);
    }
}
