namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>Sets of code points as first and last of each range, in ascending order.</summary>
internal static class CodePointRanges
{
    public static bool Contain(ReadOnlySpan<int> ranges, int codePoint)
    {
        // At an even place a search ends before a range, unless it is the range's first; at an odd one within it.
        int found = ranges.BinarySearch(codePoint);
        return found >= 0 || ((~found) & 1) == 1;
    }
}
