namespace IceSharp.Protocol.Agent;

/// <summary>One server asked from one socket: place after place, until one answers.</summary>
internal sealed class ServerQuest(LocalSocket socket, IceServerSettings server, int serverIndex, IReadOnlyList<ServerPlace> places)
{
    /// <summary>How long a place may be silent before the next one is asked besides: the third copy of its request is due then.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1500);

    private int _next;

    public LocalSocket Socket { get; } = socket;

    public IceServerSettings Server { get; } = server;

    /// <summary>Rank of the server in the configuration, best 0.</summary>
    public int ServerIndex { get; } = serverIndex;

    /// <summary>The places asked so far, and what else the server was asked for.</summary>
    public List<GatheringTask> Tasks { get; } = [];

    /// <summary>Whether a place has answered.</summary>
    public bool IsDone { get; set; }

    /// <summary>When the next place is asked although the last one may still answer; Never when there is none, or no need.</summary>
    public MonotonicTime NextPlaceAt =>
        !IsDone && _next < places.Count && Tasks[^1].StartedAt is { } started ? started + Patience : MonotonicTime.Never;

    public bool TryTakePlace(out ServerPlace place)
    {
        bool found = !IsDone && _next < places.Count;
        place = found ? places[_next++] : default;
        return found;
    }
}
