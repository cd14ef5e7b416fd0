using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The clock of a <see cref="VirtualNetwork"/>: stands still until the network moves it to its next event.</summary>
/// <remarks>Not thread safe, like everything on the virtual network.</remarks>
public sealed class VirtualClock
{
    /// <summary>The current virtual time; starts at <see cref="MonotonicTime.Zero"/>.</summary>
    public MonotonicTime Now { get; private set; }

    /// <summary>The current virtual time with six decimals.</summary>
    public override string ToString() => Now.ToString();

    internal void MoveTo(MonotonicTime time)
    {
        if (time > Now)
        {
            Now = time;
        }
    }
}
