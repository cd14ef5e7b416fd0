using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>How many bytes an allocation may relay in a second; what is more is dropped (RFC 8656 §5).</summary>
internal sealed class ByteQuota(int? mostBytes)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private MonotonicTime _since;
    private int _used;

    public bool TryTake(MonotonicTime now, int bytes)
    {
        if (mostBytes is not { } most)
        {
            return true;
        }

        if (now - _since >= Second)
        {
            (_since, _used) = (now, 0);
        }

        bool fits = _used + bytes <= most;
        _used += fits ? bytes : 0;
        return fits;
    }
}
