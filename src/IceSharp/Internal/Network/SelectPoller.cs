using System.Net;
using System.Net.Sockets;
using IceSharp.Internal.Driver;
using IceSharp.Protocol;

namespace IceSharp.Internal.Network;

/// <summary>The poller for any system: <see cref="Socket.Select(System.Collections.IList?, System.Collections.IList?, System.Collections.IList?, TimeSpan)"/>, and a loopback socket to be woken by.</summary>
internal sealed class SelectPoller : Poller
{
    // 32 bits of microseconds end at 35 minutes.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(30);

    private static readonly LoopClock s_clock = new(TimeProvider.System);

    private readonly Dictionary<Socket, long> _tokens = [];
    private readonly List<Socket> _waiting = [];
    private readonly Socket _wake;
    private readonly byte[] _wakeByte = new byte[1];
    private readonly byte[] _scratch = new byte[16];

    public SelectPoller()
    {
        // Connected to itself, it takes nothing from anybody else.
        _wake = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wake.Connect(_wake.LocalEndPoint!);
        _wake.Blocking = false;
    }

    public override void Add(Socket socket, long token) => _tokens.Add(socket, token);

    public override void Remove(Socket socket, long token) => _tokens.Remove(socket);

    public override int Wait(MonotonicTime now, MonotonicTime deadline, Span<long> ready)
    {
        _waiting.Clear();
        _waiting.Add(_wake);
        foreach (Socket socket in _tokens.Keys)
        {
            _waiting.Add(socket);
        }

        try
        {
            Socket.Select(_waiting, null, null, Timeout(deadline));
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // A socket was closed without us: its owner takes it off with the work that waits; nothing is readable for now.
            Forget();
            return 0;
        }

        int found = 0;
        foreach (Socket socket in _waiting)
        {
            if (socket == _wake)
            {
                DrainWake();
            }
            else if (found < ready.Length && _tokens.TryGetValue(socket, out long token))
            {
                ready[found++] = token;
            }
        }

        return found;
    }

    public override void Wake()
    {
        try
        {
            _wake.Send(_wakeByte);
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // Closed, or its buffer is full of wakes already.
        }
    }

    public override void Dispose() => _wake.Dispose();

    // On Unix the framework cuts the timeout to whole milliseconds: rounded up, or the last one before a deadline would be spent turning.
    private static TimeSpan Timeout(MonotonicTime deadline)
    {
        if (deadline.IsNever)
        {
            return System.Threading.Timeout.InfiniteTimeSpan;
        }

        MonotonicTime now = s_clock.Now;
        TimeSpan left = deadline <= now ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling((deadline - now).TotalMilliseconds));
        return left < s_longestWait ? left : s_longestWait;
    }

    private void DrainWake()
    {
        try
        {
            while (_wake.Available > 0)
            {
                _wake.Receive(_scratch);
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The next wait tells.
        }
    }

    private void Forget()
    {
        foreach (Socket socket in _tokens.Keys.Where(s => s.SafeHandle.IsClosed).ToList())
        {
            _tokens.Remove(socket);
        }
    }
}
