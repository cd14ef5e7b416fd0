using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The one thread of a loopback server: blocks over its sockets and a wake socket, runs the machine, and sends.</summary>
internal sealed class LoopbackLoop
{
    private const int MaxDatagramsPerTurn = 64;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1000);

    private readonly StunTurnServerMachine _machine;
    private readonly LoopbackSocket _wake;
    private readonly Dictionary<SocketHandle, LoopbackSocket> _sockets = [];
    private readonly Dictionary<Socket, SocketHandle> _handles = [];
    private readonly LoopbackStreams _streams;
    private readonly List<Socket> _ready = [];
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _received = new byte[ushort.MaxValue];
    private readonly byte[] _sent = new byte[ushort.MaxValue];
    private readonly long _origin = Stopwatch.GetTimestamp();
    private bool _stopping;
    private bool _closed;

    public LoopbackLoop(StunTurnServerMachine machine, LoopbackListeners listeners)
    {
        _machine = machine;
        _streams = new LoopbackStreams(this, machine);
        _wake = LoopbackSocket.Bind(new TransportAddress(IpAddress.LoopbackV4, 0));
        foreach (LoopbackSocket listener in listeners.Datagram)
        {
            Add(machine.AddListener(listener.LocalAddress), listener);
        }

        foreach ((Socket acceptor, TransportAddress local, ServerTransport transport) in listeners.Stream)
        {
            _streams.AddListener(acceptor, machine.AddListener(local, transport), transport == ServerTransport.Tls ? listeners.TlsOptions : null);
        }
    }

    /// <summary>The time since the loop was made.</summary>
    public MonotonicTime Now => new(Stopwatch.GetElapsedTime(_origin).Ticks);

    public void Start() => new Thread(Run) { IsBackground = true, Name = "loopback STUN/TURN server" }.Start();

    /// <summary>Runs an action on the loop's thread; false when the loop has ended. What is posted before that always runs.</summary>
    public bool Post(Action action)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _posted.Enqueue(action);
            Wake();
            return true;
        }
    }

    /// <summary>Stops the loop and waits until its sockets are closed.</summary>
    public Task StopAsync()
    {
        Post(() => _stopping = true);
        return _ended.Task;
    }

    private void Wake() => _wake.Send(_wake.LocalAddress, [1]);

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                WaitForWork();
                Turn();
            }

            Close();
            _ended.SetResult();
        }
        catch (Exception bug)
        {
            // Nothing a client sends gets here; whoever disposes of the server hears of the bug.
            Close();
            _ended.SetException(bug);
        }
    }

    private void WaitForWork()
    {
        _ready.Clear();
        _ready.Add(_wake.Socket);
        _ready.AddRange(_handles.Keys);
        _ready.AddRange(_streams.Acceptors);
        MonotonicTime next = _machine.NextTimeout.At, now = Now;
        TimeSpan wait = next.IsNever || next - now > LongestWait ? LongestWait : next > now ? next - now : TimeSpan.Zero;

        // Rounded up: a wait that ends just before the deadline would make one empty turn after another.
        Socket.Select(_ready, null, null, (int)Math.Ceiling(wait.TotalMicroseconds));
    }

    private void Turn()
    {
        _machine.HandleTimeout(Now);
        foreach (Socket ready in _ready)
        {
            if (_handles.TryGetValue(ready, out SocketHandle handle))
            {
                Receive(handle, _sockets[handle]);
            }
            else if (!_streams.TryAccept(ready) && ready == _wake.Socket)
            {
                _wake.TryReceive(_received, out _, out _);
            }
        }

        RunPosted();
        Drain();
    }

    private void Receive(SocketHandle handle, LoopbackSocket socket)
    {
        // Select has promised one; further ones are asked for, because an empty read costs an exception.
        int count = 0;
        do
        {
            if (!socket.TryReceive(_received, out int length, out TransportAddress source))
            {
                return;
            }

            _machine.HandleDatagram(Now, new TransportPath(handle, source), _received.AsSpan(0, length));
            Drain();
        }
        while (++count < MaxDatagramsPerTurn && _sockets.ContainsKey(handle) && socket.Socket.Available > 0);
    }

    /// <summary>Carries out what the machine wants, on the loop's thread.</summary>
    public void Drain()
    {
        bool moved = true;
        while (moved)
        {
            moved = false;
            while (_machine.TryGetTransmit(Now, _sent, out Transmit transmit))
            {
                ReadOnlySpan<byte> message = _sent.AsSpan(0, transmit.Length);
                if (_sockets.TryGetValue(transmit.Socket, out LoopbackSocket? socket))
                {
                    socket.Send(transmit.Destination, message);
                }
                else
                {
                    _streams.TrySend(transmit, message);
                }
            }

            while (_machine.TryGetHostRequest(out ServerHostRequest? request))
            {
                moved = true;
                Answer(request);
            }
        }
    }

    private void Answer(ServerHostRequest request)
    {
        switch (request)
        {
            case OpenRelaySocket open:
                TryOpen(open.Socket, () => Add(open.Socket, LoopbackSocket.Bind(open.LocalAddress)));
                break;
            case ListenRelaySocket listen:
                TryOpen(listen.Socket, () => _streams.ListenForPeers(listen.Socket, listen.LocalAddress));
                break;
            case ConnectPeer connect:
                _streams.ConnectPeer(connect);
                break;
            case JoinStreams join:
                _streams.Join(join);
                break;
            case CloseClientStream close:
                _streams.Finish(close.Socket, close.Client);
                break;
            default:
                Remove(request.Socket);
                _streams.ClosePeer(request.Socket);
                break;
        }
    }

    private void TryOpen(SocketHandle handle, Action open)
    {
        try
        {
            open();
        }
        catch (SocketException)
        {
            _machine.HandleHostAnswer(Now, new RelaySocketRefused(handle));
            return;
        }

        _machine.HandleHostAnswer(Now, new RelaySocketOpened(handle));
    }

    private void Add(SocketHandle handle, LoopbackSocket socket)
    {
        _sockets.Add(handle, socket);
        _handles.Add(socket.Socket, handle);
    }

    private void Remove(SocketHandle handle)
    {
        if (_sockets.Remove(handle, out LoopbackSocket? socket))
        {
            _handles.Remove(socket.Socket);
            socket.Dispose();
        }
    }

    private void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _wake.Dispose();
        }

        RunPosted();
        foreach (LoopbackSocket socket in _sockets.Values)
        {
            socket.Dispose();
        }

        _streams.Dispose();
        _machine.Dispose();
    }

    private void RunPosted()
    {
        while (_posted.TryDequeue(out Action? action))
        {
            action();
        }
    }
}
