using System.Runtime.InteropServices;

namespace IceSharp.Internal.Network;

/// <summary>The system calls of the native path on Linux.</summary>
/// <remarks>
/// Without SetLastError: it costs two more calls each time. The runtime keeps errno over the way back, so after a failure
/// <see cref="Marshal.GetLastSystemError"/> tells, if nothing else is called before.
/// </remarks>
internal static unsafe partial class LinuxCalls
{
    public const int DontWait = 0x40;
    public const int NoSignal = 0x4000;
    public const int CloseOnExec = 0x80000;
    public const int NonBlocking = 0x800;
    public const int ControlAdd = 1;
    public const int ControlDelete = 2;
    public const uint ReadEvent = 1;
    public const int MonotonicClock = 1;
    public const int AbsoluteTime = 1;

    [LibraryImport("libc", EntryPoint = "recvfrom")]
    public static partial nint ReceiveFrom(int handle, byte* buffer, nuint length, int flags, byte* name, int* nameLength);

    [LibraryImport("libc", EntryPoint = "recvmmsg")]
    public static partial int ReceiveMany(int handle, void* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendto")]
    public static partial nint SendTo(int handle, byte* buffer, nuint length, int flags, byte* name, int nameLength);

    [LibraryImport("libc", EntryPoint = "epoll_create1")]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl")]
    public static partial int EpollControl(int epoll, int operation, int handle, byte* pollEvent);

    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    public static partial int EpollWait(int epoll, byte* events, int maxEvents, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    public static partial int EventHandle(uint initialValue, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_create")]
    public static partial int TimerHandle(int clock, int flags);

    /// <summary>Sets a timer to interval seconds and nanoseconds, then value seconds and nanoseconds, as <c>struct itimerspec</c> has them.</summary>
    [LibraryImport("libc", EntryPoint = "timerfd_settime")]
    public static partial int SetTimer(int timer, int flags, nint* setting, nint* previous);

    [LibraryImport("libc", EntryPoint = "read")]
    public static partial nint Read(int handle, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    public static partial nint Write(int handle, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int handle);
}
