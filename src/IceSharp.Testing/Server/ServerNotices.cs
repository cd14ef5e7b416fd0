namespace IceSharp.Testing;

/// <summary>What the machine has to say besides datagrams: requests to its host, and events for those who watch.</summary>
internal sealed class ServerNotices
{
    private const int MaxEvents = 1024;
    private readonly Queue<ServerHostRequest> _requests = new();
    private readonly Queue<ServerEvent> _events = new();

    public void Ask(ServerHostRequest request) => _requests.Enqueue(request);

    // Nobody has to watch: the oldest events make room.
    public void Tell(ServerEvent happened)
    {
        if (_events.Count == MaxEvents)
        {
            _events.Dequeue();
        }

        _events.Enqueue(happened);
    }

    public bool TryTakeRequest([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ServerHostRequest? request) => _requests.TryDequeue(out request);

    public bool TryTakeEvent([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ServerEvent? happened) => _events.TryDequeue(out happened);
}
