using IceSharp.Protocol;

namespace IceSharp.Internal.Turn;

/// <summary>What senders have to know of one peer of an allocation. Written on the loop, read anywhere.</summary>
internal sealed class TurnPeer(TransportAddress address)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _answer = New();
    private volatile int _channel;
    private volatile TurnPeerState _state;

    public TransportAddress Address => address;

    public TurnPeerState State => _state;

    /// <summary>The channel that the server has confirmed; 0 for none.</summary>
    public ushort Channel
    {
        get => (ushort)_channel;
        set => _channel = value;
    }

    /// <summary>Completes when the server permits the peer, fails when it does not.</summary>
    public Task Answer
    {
        get
        {
            lock (_gate)
            {
                return _answer.Task;
            }
        }
    }

    /// <summary>The server has to be asked, or asked again.</summary>
    /// <returns>Whether nobody has begun to ask yet.</returns>
    public bool BeginAsking()
    {
        lock (_gate)
        {
            if (_state == TurnPeerState.Asking)
            {
                return false;
            }

            if (_answer.Task.IsCompleted)
            {
                _answer = New();
            }

            _state = TurnPeerState.Asking;
            return true;
        }
    }

    public void Permit()
    {
        lock (_gate)
        {
            _state = TurnPeerState.Permitted;
            _answer.TrySetResult();
        }
    }

    public void Refuse(TurnException reason)
    {
        lock (_gate)
        {
            if (_answer.Task.IsCompleted)
            {
                _answer = New();
            }

            _state = TurnPeerState.Refused;
            _channel = 0;
            _answer.TrySetException(reason);

            // Nobody has to look.
            _ = _answer.Task.Exception;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
