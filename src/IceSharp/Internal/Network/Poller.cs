using System.Net.Sockets;

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
    /// <param name="timeout">How long at most; null is for ever. Rounded up to what the system call knows.</param>
    /// <param name="ready">Gets the tokens of readable sockets; room for <see cref="MaxReady"/>.</param>
    /// <returns>How many of them there are; 0 after a wake or a timeout.</returns>
    public abstract int Wait(TimeSpan? timeout, Span<long> ready);

    /// <summary>Ends the current or the next wait. Thread safe.</summary>
    public abstract void Wake();

    public abstract void Dispose();
}
