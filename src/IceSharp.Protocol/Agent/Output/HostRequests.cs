using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Agent;

/// <summary>I/O that waits for the host, and what each open request is for.</summary>
internal sealed class HostRequests
{
    private readonly Queue<IceHostRequest> _queue = [];
    private readonly Dictionary<int, Action<MonotonicTime, IceHostAnswer>> _open = [];
    private int _lastId;

    public int NextId() => ++_lastId;

    public void Add(IceHostRequest request, Action<MonotonicTime, IceHostAnswer> onAnswer)
    {
        _open.Add(request.Id, onAnswer);
        _queue.Enqueue(request);
    }

    /// <summary>Adds a request that is not answered.</summary>
    public void Add(IceHostRequest request) => _queue.Enqueue(request);

    public bool TryTake([NotNullWhen(true)] out IceHostRequest? request) => _queue.TryDequeue(out request);

    public void Answer(MonotonicTime now, IceHostAnswer answer)
    {
        if (_open.Remove(answer.RequestId, out Action<MonotonicTime, IceHostAnswer>? onAnswer))
        {
            onAnswer(now, answer);
        }
        else if (answer is SocketBound or StreamConnected)
        {
            // A socket's handle has the number of the request that asked for it.
            Add(new CloseSocketRequest(NextId(), new SocketHandle(answer.RequestId)));
        }
    }

    /// <summary>Forgets what open requests were for; sockets that answers still bring are closed.</summary>
    public void Abandon()
    {
        _queue.Clear();
        _open.Clear();
    }
}
