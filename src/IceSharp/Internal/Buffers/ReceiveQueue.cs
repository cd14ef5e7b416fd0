using System.Threading.Tasks.Sources;

namespace IceSharp.Internal.Buffers;

/// <summary>Datagrams of one component between the loop, which puts them in, and the application, which takes them out.</summary>
/// <remarks>
/// A lock, held for the copy of one datagram: dropping the oldest makes both sides take from the same end of the ring.
/// Its own value task source, so that a waiting call allocates nothing; continuations never run on the loop.
/// </remarks>
internal sealed class ReceiveQueue(int capacity) : IValueTaskSource<int>
{
    private readonly Lock _gate = new();
    private readonly DatagramRing _ring = new(capacity);
    private ManualResetValueTaskSourceCore<int> _source = new() { RunContinuationsAsynchronously = true };
    private Call _call;
    private Memory<byte> _buffer;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
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
    public void Put(ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            if (_ended is not null)
            {
                return;
            }

            if (_call != Call.Waiting)
            {
                _overflows += _ring.Put(datagram) ? 1 : 0;
            }
            else if (datagram.Length > _buffer.Length)
            {
                _tooLong++;
            }
            else
            {
                datagram.CopyTo(_buffer.Span);
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

        lock (_gate)
        {
            ThrowIfCallPending();
            if (TryTake(buffer.Span, out int length))
            {
                return new ValueTask<int>(length);
            }

            if (_ended is not null)
            {
                return ValueTask.FromException<int>(_ended);
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

        return new ValueTask<int>(this, _source.Version);
    }

    /// <summary>Takes a datagram that waits.</summary>
    public bool TryReceive(Span<byte> buffer, out int length)
    {
        lock (_gate)
        {
            ThrowIfCallPending();
            return TryTake(buffer, out length);
        }
    }

    /// <summary>Takes a datagram that waits, whoever else receives.</summary>
    public bool TryDrain(Span<byte> buffer, out int length)
    {
        lock (_gate)
        {
            return TryTake(buffer, out length);
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

    int IValueTaskSource<int>.GetResult(short token)
    {
        // Waits for a cancellation that is running now, so that it cannot hit the next call.
        _registration.Dispose();
        _registration = default;
        try
        {
            return _source.GetResult(token);
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

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

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

    private bool TryTake(Span<byte> buffer, out int length)
    {
        length = 0;
        while (_ring.Count > 0)
        {
            ReadOnlySpan<byte> datagram = _ring.Peek();
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
