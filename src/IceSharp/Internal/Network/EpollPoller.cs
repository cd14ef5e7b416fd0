using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace IceSharp.Internal.Network;

/// <summary>The poller of Linux: epoll, and an eventfd to be woken by.</summary>
internal sealed unsafe class EpollPoller : Poller
{
    private const long WakeToken = -1;

    // struct epoll_event is packed on x86 only: 32 bits of events, then 64 bits of data.
    private static readonly int s_dataOffset = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;
    private static readonly int s_eventBytes = s_dataOffset + 8;

    private readonly int _epoll;
    private readonly int _wake;
    private readonly byte[] _events = GC.AllocateArray<byte>((MaxReady + 1) * s_eventBytes, pinned: true);
    private readonly Lock _wakeGate = new();
    private bool _disposed;

    public EpollPoller()
    {
        _epoll = Checked(LinuxCalls.EpollCreate(LinuxCalls.CloseOnExec), "epoll_create1");
        _wake = LinuxCalls.EventHandle(0, LinuxCalls.CloseOnExec | LinuxCalls.NonBlocking);
        if (_wake < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            _ = LinuxCalls.Close(_epoll);
            throw new IOException($"eventfd failed with error {error}.");
        }

        Control(LinuxCalls.ControlAdd, _wake, WakeToken);
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

    public override int Wait(TimeSpan? timeout, Span<long> ready)
    {
        int milliseconds = timeout is { } span ? (int)Math.Clamp(Math.Ceiling(span.TotalMilliseconds), 0, int.MaxValue) : -1;
        fixed (byte* events = _events)
        {
            int count = LinuxCalls.EpollWait(_epoll, events, MaxReady + 1, milliseconds);
            int found = 0;
            for (int i = 0; i < count; i++)
            {
                long token = MemoryMarshal.Read<long>(new ReadOnlySpan<byte>(events + (i * s_eventBytes) + s_dataOffset, sizeof(long)));
                if (token == WakeToken)
                {
                    ulong times;
                    _ = LinuxCalls.Read(_wake, (byte*)&times, sizeof(ulong));
                }
                else if (found < ready.Length)
                {
                    ready[found++] = token;
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
                _ = LinuxCalls.Close(_wake);
                _ = LinuxCalls.Close(_epoll);
            }
        }
    }

    private void Control(int operation, int handle, long token)
    {
        byte* pollEvent = stackalloc byte[s_eventBytes];
        new Span<byte>(pollEvent, s_eventBytes).Clear();
        uint events = LinuxCalls.ReadEvent;
        MemoryMarshal.Write(new Span<byte>(pollEvent, sizeof(uint)), in events);
        MemoryMarshal.Write(new Span<byte>(pollEvent + s_dataOffset, sizeof(long)), in token);
        Checked(LinuxCalls.EpollControl(_epoll, operation, handle, pollEvent), "epoll_ctl");
    }

    private static int Checked(int result, string call) =>
        result >= 0 ? result : throw new IOException($"{call} failed with error {Marshal.GetLastPInvokeError()}.");
}
