namespace IceSharp.Internal.Network.Streams;

/// <summary>The sending half of a connection to a server: whole frames go in without waiting, and what waits goes out in one write.</summary>
/// <remarks>Thread safe. What does not fit is refused, so that a server that does not read costs a bounded buffer.</remarks>
internal sealed class FrameSender(Stream stream, CancellationToken closing) : IThreadPoolWorkItem
{
    private const int FirstBytes = 4 * 1024, MostBytes = 256 * 1024;
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _waiting = GC.AllocateUninitializedArray<byte>(FirstBytes);
    private byte[] _leaving = GC.AllocateUninitializedArray<byte>(FirstBytes);
    private int _waitingBytes;
    private bool _isSending;
    private bool _isClosed;
    private TaskCompletionSource? _room;

    public IceSendResult TrySend(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return IceSendResult.Closed;
            }

            int needed = _waitingBytes + frame.Length;
            if (needed > MostBytes)
            {
                return IceSendResult.WouldBlock;
            }

            if (needed > _waiting.Length)
            {
                Array.Resize(ref _waiting, Math.Min(MostBytes, Math.Max(needed, 2 * _waiting.Length)));
            }

            frame.CopyTo(_waiting.AsSpan(_waitingBytes));
            _waitingBytes = needed;
            if (_isSending)
            {
                return IceSendResult.Sent;
            }

            _isSending = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return IceSendResult.Sent;
    }

    /// <summary>Waits until there is room again.</summary>
    public ValueTask WaitWritableAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_isSending || _isClosed)
            {
                return ValueTask.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task.WaitAsync(cancellationToken));
        }
    }

    /// <summary>Takes nothing more; completes when what waits is sent, or cannot be within a second.</summary>
    public async Task EndAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (!_isSending)
            {
                _ended.TrySetResult();
            }
        }

        try
        {
            await _ended.Task.WaitAsync(LastWord).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = SendAllAsync();

    private async Task SendAllAsync()
    {
        try
        {
            while (TakeWaiting(out int count))
            {
                await stream.WriteAsync(_leaving.AsMemory(0, count), closing).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The receiving side notices the end.
            Break();
        }
    }

    private bool TakeWaiting(out int count)
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            count = _waitingBytes;
            _waitingBytes = 0;
            (_waiting, _leaving) = (_leaving, _waiting);
            _isSending = count > 0;
            (room, _room) = (_room, null);
            if (!_isSending && _isClosed)
            {
                _ended.TrySetResult();
            }
        }

        room?.TrySetResult();
        return count > 0;
    }

    private void Break()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _isClosed = true;
            _isSending = false;
            (room, _room) = (_room, null);
            _ended.TrySetResult();
        }

        room?.TrySetResult();
    }
}
