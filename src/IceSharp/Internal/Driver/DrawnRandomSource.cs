using IceSharp.Protocol;

namespace IceSharp.Internal.Driver;

/// <summary>Random bytes drawn beforehand, for work that leaves the thread of their source. For choices, not for secrets: they repeat after 256.</summary>
internal sealed class DrawnRandomSource : IRandomSource
{
    private readonly byte[] _drawn = new byte[256];
    private int _next;

    public DrawnRandomSource(IRandomSource source) => source.Fill(_drawn);

    public void Fill(Span<byte> destination)
    {
        foreach (ref byte b in destination)
        {
            b = _drawn[_next++ % _drawn.Length];
        }
    }
}
