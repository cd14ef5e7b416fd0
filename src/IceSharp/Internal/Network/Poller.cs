using System.Net.Sockets;
using IceSharp.Protocol;

namespace IceSharp.Internal.Network;

/// <summary>Blocks a thread in the kernel until one of its sockets is readable, somebody wakes it, or time is up. Level-triggered.</summary>
/// <remarks>All but <see cref="Wake"/> belongs to the thread of the loop.</remarks>
internal abstract class Poller : IDisposable
{
    /// <summary>Most sockets that one wait reports; the others are reported by the next.</summary>
    public const int MaxReady = 64;

    /// <summary>The best poller of this system.</summary>
    public static Poller Create(bool portable) => !portable && OperatingSystem.IsLinux() ? new EpollPoller() : new SelectPoller();

    /// <summary>Watches a socket and reports it as <paramref name="token"/>.</summary>
    public abstract void Add(Socket socket, long token);

    /// <summary>Ends watching; call it before the socket is closed.</summary>
    public abstract void Remove(Socket socket, long token);

    /// <summary>Waits.</summary>
    /// <param name="now">A time not long ago: when the last turn began.</param>
    /// <param name="deadline">When to return at the latest, on the system's monotonic clock; may be <see cref="MonotonicTime.Never"/>.</param>
    /// <param name="ready">Gets the tokens of readable sockets; room for <see cref="MaxReady"/>.</param>
    /// <returns>How many of them there are; 0 after a wake or at the deadline.</returns>
    public abstract int Wait(MonotonicTime now, MonotonicTime deadline, Span<long> ready);

    /// <summary>Ends the current or the next wait. Thread safe.</summary>
    public abstract void Wake();

    public abstract void Dispose();
}
