using System.Threading.Tasks.Sources;
using IceSharp.Protocol;

namespace IceSharp.Internal.Buffers;

/// <summary>Datagrams of one component or allocation between the loop, which puts them in, and the application, which takes them out.</summary>
/// <remarks>
/// A lock, held for the copy of one datagram: dropping the oldest makes both sides take from the same end of the ring.
/// Its own value task source, so that a waiting call allocates nothing; continuations never run on the loop, but in a simulation.
/// </remarks>
internal sealed class ReceiveQueue(int capacity, bool continuesElsewhere = true) : IValueTaskSource<int>, IValueTaskSource<TurnReceiveResult>
{
    private readonly Lock _gate = new();
    private readonly DatagramRing _ring = new(capacity);
    private ManualResetValueTaskSourceCore<int> _source = new() { RunContinuationsAsynchronously = continuesElsewhere };
    private Call _call;
    private Memory<byte> _buffer;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private TransportAddress _answeredFrom;
    private Exception? _ended;
    private long _overflows;
    private long _tooLong;

    private enum Call
    {
        None,
        Waiting,
        Answered,
    }

    /// <summary>Datagrams that gave way to newer ones.</summary>
    public long Overflows => Volatile.Read(ref _overflows);

    /// <summary>Datagrams that did not fit the buffer of the receive call they were for.</summary>
    public long TooLong => Volatile.Read(ref _tooLong);

    /// <summary>Puts a datagram into the buffer of a waiting call, or else into the ring. Does nothing after <see cref="End"/>.</summary>
    public void Put(ReadOnlySpan<byte> datagram, TransportAddress source = default)
    {
        lock (_gate)
        {
            if (_ended is not null)
            {
                return;
            }

            if (_call != Call.Waiting)
            {
                _overflows += _ring.Put(datagram, source) ? 1 : 0;
            }
            else if (datagram.Length > _buffer.Length)
            {
                _tooLong++;
            }
            else
            {
                datagram.CopyTo(_buffer.Span);
                _answeredFrom = source;
                Answer();
                _source.SetResult(datagram.Length);
            }
        }
    }

    /// <summary>Takes the next datagram, waiting for it when there is none.</summary>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        if (TryBegin(buffer, cancellationToken, out int length, out _, out Exception? ended))
        {
            return ended is null ? new ValueTask<int>(length) : ValueTask.FromException<int>(ended);
        }

        return new ValueTask<int>(this, _source.Version);
    }

    /// <summary>Takes the next datagram with its source, waiting for it when there is none.</summary>
    public ValueTask<TurnReceiveResult> ReceiveFromAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<TurnReceiveResult>(cancellationToken);
        }

        if (TryBegin(buffer, cancellationToken, out int length, out TransportAddress source, out Exception? ended))
        {
            return ended is null ? new ValueTask<TurnReceiveResult>(new TurnReceiveResult(length, source)) : ValueTask.FromException<TurnReceiveResult>(ended);
        }

        return new ValueTask<TurnReceiveResult>(this, _source.Version);
    }

    /// <summary>Takes a datagram that waits.</summary>
    public bool TryReceive(Span<byte> buffer, out int length) => TryReceiveFrom(buffer, out length, out _);

    /// <summary>Takes a datagram that waits, with its source.</summary>
    public bool TryReceiveFrom(Span<byte> buffer, out int length, out TransportAddress source)
    {
        lock (_gate)
        {
            ThrowIfCallPending();
            return TryTake(buffer, out length, out source);
        }
    }

    /// <summary>Takes a datagram that waits, whoever else receives.</summary>
    public bool TryDrain(Span<byte> buffer, out int length, out TransportAddress source)
    {
        lock (_gate)
        {
            return TryTake(buffer, out length, out source);
        }
    }

    /// <summary>Throws when a receive call is pending.</summary>
    public void CheckIdle()
    {
        lock (_gate)
        {
            ThrowIfCallPending();
        }
    }

    /// <summary>Ends a pending call and every later one; what waits in the ring is given up.</summary>
    public void End(Exception reason)
    {
        lock (_gate)
        {
            if (_ended is null)
            {
                _ended = reason;
                _ring.Clear();
                Fail(reason);
            }
        }
    }

    int IValueTaskSource<int>.GetResult(short token) => GetResult(token).Length;

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    TurnReceiveResult IValueTaskSource<TurnReceiveResult>.GetResult(short token) => GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<TurnReceiveResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<TurnReceiveResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    // False: the call waits.
    private bool TryBegin(Memory<byte> buffer, CancellationToken cancellationToken, out int length, out TransportAddress source, out Exception? ended)
    {
        lock (_gate)
        {
            ThrowIfCallPending();
            ended = null;
            if (TryTake(buffer.Span, out length, out source))
            {
                return true;
            }

            ended = _ended;
            if (ended is not null)
            {
                return true;
            }

            _call = Call.Waiting;
            _buffer = buffer;
            _token = cancellationToken;
        }

        // Outside the lock, as a token that is set by now calls back at once. Nobody can consume the answer before we return.
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(static state => ((ReceiveQueue)state!).Cancel(), this);
        }

        return false;
    }

    private TurnReceiveResult GetResult(short token)
    {
        // Waits for a cancellation that is running now, so that it cannot hit the next call.
        _registration.Dispose();
        _registration = default;
        try
        {
            return new TurnReceiveResult(_source.GetResult(token), _answeredFrom);
        }
        finally
        {
            lock (_gate)
            {
                _source.Reset();
                _call = Call.None;
            }
        }
    }

    private void Cancel()
    {
        lock (_gate)
        {
            Fail(new OperationCanceledException(_token));
        }
    }

    private void Fail(Exception reason)
    {
        if (_call == Call.Waiting)
        {
            Answer();
            _source.SetException(reason);
        }
    }

    private void Answer()
    {
        _call = Call.Answered;
        _buffer = default;
    }

    private bool TryTake(Span<byte> buffer, out int length, out TransportAddress source)
    {
        length = 0;
        source = default;
        while (_ring.Count > 0)
        {
            ReadOnlySpan<byte> datagram = _ring.Peek(out source);
            bool fits = datagram.Length <= buffer.Length;
            if (fits)
            {
                datagram.CopyTo(buffer);
                length = datagram.Length;
            }
            else
            {
                _tooLong++;
            }

            _ring.Drop();
            if (fits)
            {
                return true;
            }
        }

        return false;
    }

    private void ThrowIfCallPending()
    {
        if (_call != Call.None)
        {
            throw new InvalidOperationException("A receive call is pending on this connection; one at a time.");
        }
    }
}
