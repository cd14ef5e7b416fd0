using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IceSharp.Protocol;

namespace IceSharp.Internal.Network;

/// <summary>The poller of Linux: epoll, an eventfd to be woken by, and a timerfd for the deadline.</summary>
/// <remarks>A timeout in the wait itself would set a kernel timer up and down for every packet: a fifth of its cost. The timer is set only when the deadline moves.</remarks>
internal sealed unsafe class EpollPoller : Poller
{
    private const long WakeToken = -1;
    private const long TimerToken = -2;

    // struct epoll_event is packed on x86 only: 32 bits of events, then 64 bits of data.
    private static readonly int s_dataOffset = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;
    private static readonly int s_eventBytes = s_dataOffset + 8;

    private readonly int _epoll;
    private readonly int _wake;
    private readonly int _timer;
    private readonly byte[] _events = GC.AllocateArray<byte>((MaxReady + 2) * s_eventBytes, pinned: true);
    private readonly Lock _wakeGate = new();
    private MonotonicTime _armed = MonotonicTime.Never;
    private bool _disposed;

    public EpollPoller()
    {
        try
        {
            _epoll = Checked(LinuxCalls.EpollCreate(LinuxCalls.CloseOnExec), "epoll_create1");
            _wake = Checked(LinuxCalls.EventHandle(0, LinuxCalls.CloseOnExec | LinuxCalls.NonBlocking), "eventfd");
            _timer = Checked(LinuxCalls.TimerHandle(LinuxCalls.MonotonicClock, LinuxCalls.CloseOnExec | LinuxCalls.NonBlocking), "timerfd_create");
            Control(LinuxCalls.ControlAdd, _wake, WakeToken);
            Control(LinuxCalls.ControlAdd, _timer, TimerToken);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override void Add(Socket socket, long token) => Control(LinuxCalls.ControlAdd, (int)socket.SafeHandle.DangerousGetHandle(), token);

    // The kernel forgets a closed handle by itself; a socket that was closed without us is therefore no error.
    public override void Remove(Socket socket, long token)
    {
        if (!socket.SafeHandle.IsClosed)
        {
            byte* unused = stackalloc byte[s_eventBytes];
            _ = LinuxCalls.EpollControl(_epoll, LinuxCalls.ControlDelete, (int)socket.SafeHandle.DangerousGetHandle(), unused);
        }
    }

    public override int Wait(MonotonicTime now, MonotonicTime deadline, Span<long> ready)
    {
        bool isDue = deadline <= now;
        if (!isDue && deadline != _armed)
        {
            Arm(deadline);
        }

        fixed (byte* events = _events)
        {
            int count = LinuxCalls.EpollWait(_epoll, events, MaxReady + 2, isDue ? 0 : -1);
            int found = 0;
            for (int i = 0; i < count; i++)
            {
                long token = Unsafe.ReadUnaligned<long>(events + (i * s_eventBytes) + s_dataOffset);
                if (token > 0)
                {
                    found += Report(token, ready, found);
                }
                else
                {
                    Acknowledge(token);
                }
            }

            return found;
        }
    }

    public override void Wake()
    {
        // Closing and waking meet only at the end of a loop's life; the lock keeps the write off a handle that is somebody else's by then.
        lock (_wakeGate)
        {
            if (!_disposed)
            {
                ulong one = 1;
                _ = LinuxCalls.Write(_wake, (byte*)&one, sizeof(ulong));
            }
        }
    }

    public override void Dispose()
    {
        lock (_wakeGate)
        {
            if (!_disposed)
            {
                _disposed = true;
                Close(_timer);
                Close(_wake);
                Close(_epoll);
            }
        }
    }

    // A full list leaves the rest for the next wait: reports are level-triggered.
    private static int Report(long token, Span<long> ready, int found)
    {
        if (found == ready.Length)
        {
            return 0;
        }

        ready[found] = token;
        return 1;
    }

    private void Acknowledge(long token)
    {
        ulong times;
        if (token == TimerToken)
        {
            _armed = MonotonicTime.Never;
            _ = LinuxCalls.Read(_timer, (byte*)&times, sizeof(ulong));
        }
        else
        {
            _ = LinuxCalls.Read(_wake, (byte*)&times, sizeof(ulong));
        }
    }

    // The framework's timestamps are CLOCK_MONOTONIC, so the deadline is the kernel's own absolute time.
    private void Arm(MonotonicTime deadline)
    {
        _armed = deadline;
        long ticks = deadline.IsNever ? 0 : Math.Max(1, deadline.Ticks);
        nint* setting = stackalloc nint[4];
        setting[0] = 0;
        setting[1] = 0;
        setting[2] = (nint)Math.Min(ticks / TimeSpan.TicksPerSecond, int.MaxValue);
        setting[3] = (nint)(ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick);
        _ = LinuxCalls.SetTimer(_timer, LinuxCalls.AbsoluteTime, setting, null);
    }

    // Zero is standard input: here, a handle that was never opened.
    private static void Close(int handle)
    {
        if (handle > 0)
        {
            _ = LinuxCalls.Close(handle);
        }
    }

    private void Control(int operation, int handle, long token)
    {
        byte* pollEvent = stackalloc byte[s_eventBytes];
        new Span<byte>(pollEvent, s_eventBytes).Clear();
        Unsafe.WriteUnaligned(pollEvent, LinuxCalls.ReadEvent);
        Unsafe.WriteUnaligned(pollEvent + s_dataOffset, token);
        Checked(LinuxCalls.EpollControl(_epoll, operation, handle, pollEvent), "epoll_ctl");
    }

    private static int Checked(int result, string call) =>
        result >= 0 ? result : throw new IOException($"{call} failed with error {Marshal.GetLastSystemError()}.");
}
