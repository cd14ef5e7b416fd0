using System.Threading.Tasks.Sources;
using IceSharp.Internal.Driver;
using IceSharp.Internal.Endpoints;
using IceSharp.Protocol;
using IceSharp.Protocol.Framing;

namespace IceSharp.Internal.Network.Streams;

/// <summary>A TCP or TLS connection to a TURN server as a loop sees it: frames come in one by one, whole frames go out, neither side waits.</summary>
/// <remarks>
/// It has the face of a UDP socket, whose datagrams are the frames, so that routes need not know what they send over.
/// While the loop works on what was read nothing else is read: who takes the connection over in that moment gets every byte that follows.
/// </remarks>
internal sealed class FramedStream : IIceUdpSocket, IValueTaskSource
{
    private const int ReadBytes = 64 * 1024;

    private readonly IceStreamConnection _connection;
    private readonly TransportAddress _server;
    private readonly FrameSender _sender;
    private readonly StreamFramer _framer = new();
    private readonly StreamPatience _patience;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(ReadBytes);
    private readonly CancellationTokenSource _closing = new();
    private readonly Action _process;
    private ManualResetValueTaskSourceCore<bool> _processed = new() { RunContinuationsAsynchronously = true };
    private Loop? _loop;
    private LoopMember? _owner;
    private Endpoint? _endpoint;
    private int _count;
    private bool _isStopped;
    private bool _isDetached;

    public FramedStream(IceStreamConnection connection, TransportAddress server, TimeSpan frameTimeout)
    {
        _connection = connection;
        _server = server;
        _sender = new FrameSender(connection.Stream, _closing.Token);
        _patience = new StreamPatience(frameTimeout, int.MaxValue);
        _process = Process;
    }

    public TransportAddress LocalAddress => _connection.LocalAddress;

    /// <summary>When a frame that has begun must be whole.</summary>
    public MonotonicTime NextDeadline => _patience.NextTimeout.At;

    /// <summary>Begins to receive for an owner. On its loop.</summary>
    public void Start(Loop loop, LoopMember owner, Endpoint endpoint)
    {
        _loop = loop;
        _owner = owner;
        _endpoint = endpoint;
        _ = Task.Run(ReceiveAllAsync);
    }

    public IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress destination) => _sender.TrySend(datagram);

    public ValueTask WaitWritableAsync(CancellationToken cancellationToken) => _sender.WaitWritableAsync(cancellationToken);

    // Frames are handed over, not fetched.
    public bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source)
    {
        length = 0;
        source = default;
        return false;
    }

    public void NotifyReadable(Action? readable)
    {
    }

    /// <summary>Ends the connection if a frame has begun and did not become whole in time. On the loop.</summary>
    public void HandleTimeout(MonotonicTime now)
    {
        if (_patience.HasRunOut(now))
        {
            End("the server began a message and did not end it in time");
        }
    }

    /// <summary>Stops cutting frames and gives the connection away, while a frame is worked on. On the loop.</summary>
    /// <param name="rest">What was read behind that frame: it comes before what the stream gives.</param>
    public Stream Detach(out byte[] rest)
    {
        _isStopped = true;
        _isDetached = true;
        rest = _framer.TakeRest();
        return _connection.Stream;
    }

    /// <summary>Closes the connection in order, in the background.</summary>
    public void Dispose()
    {
        _isStopped = true;
        if (!_isDetached)
        {
            _ = CloseAsync();
        }
    }

    void IValueTaskSource.GetResult(short token) => _processed.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _processed.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _processed.OnCompleted(continuation, state, token, flags);

    private async Task ReceiveAllAsync()
    {
        try
        {
            while (!Volatile.Read(ref _isStopped))
            {
                _count = await _connection.Stream.ReadAsync(_buffer, _closing.Token).ConfigureAwait(false);
                if (_count == 0)
                {
                    break;
                }

                _processed.Reset();
                _loop!.Post(_owner!, _process);
                await new ValueTask(this, _processed.Version).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
        }

        _loop!.Post(_owner!, () => End(null));
    }

    // On the loop.
    private void Process()
    {
        try
        {
            if (!_isStopped)
            {
                CutFrames(_loop!.Now);
            }
        }
        finally
        {
            _processed.SetResult(true);
        }
    }

    private void CutFrames(MonotonicTime now)
    {
        _framer.Append(_buffer.AsSpan(0, _count));
        StreamFrameStatus status;
        while ((status = _framer.TryRead(out StreamFrame frame)) == StreamFrameStatus.Frame)
        {
            _patience.HandleFrame(useful: true);
            _owner!.HandleDatagram(_endpoint!, now, _server, frame.Bytes);
            if (_isStopped)
            {
                return;
            }
        }

        _patience.HandleRest(now, _framer.BufferedBytes);
        if (status != StreamFrameStatus.NeedMore)
        {
            End($"the server sent what is no TURN message ({status})");
        }
    }

    private void End(string? fault)
    {
        if (!_isStopped)
        {
            _isStopped = true;
            _connection.Abandon();
            _owner!.HandleStreamEnded(_endpoint!, _loop!.Now, fault);
        }
    }

    private async Task CloseAsync()
    {
        await _sender.EndAsync().ConfigureAwait(false);
        await StreamEnding.CloseAsync(_connection.Stream).ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
    }
}
