namespace IceSharp.Protocol.Agent;

/// <summary>One data stream of the agent: its ICE session, of which a restart makes another, and the routes of its components, which outlive restarts.</summary>
internal sealed class AgentStream : IDisposable
{
    private readonly DataRoute?[] _routes;
    private readonly CandidatePair?[] _routePairs;
    private readonly MonotonicTime[] _lastSent;

    public AgentStream(int index, string mid, int componentCount, SdpMedia media, IRandomSource random)
    {
        Index = index;
        Mid = mid;
        ComponentCount = componentCount;
        Media = media;
        _routes = new DataRoute?[componentCount];
        _routePairs = new CandidatePair?[componentCount];
        _lastSent = new MonotonicTime[componentCount];
        Current = new StreamGeneration(this, 0, random);
    }

    public int Index { get; }

    public string Mid { get; }

    public int ComponentCount { get; }

    public SdpMedia Media { get; }

    /// <summary>The ICE session in force. What belongs to a pair or candidate is reached through its own generation instead, which may be an older one.</summary>
    public StreamGeneration Current { get; }

    public string Ufrag => Current.Ufrag;

    public string Password => Current.Password;

    /// <summary>The session that new local candidates are for.</summary>
    public StreamGeneration Newest => Current;

    public RemoteCredentials? Remote => Current.Remote;

    public List<LocalCandidate> LocalCandidates => Current.LocalCandidates;

    public List<RemoteCandidate> RemoteCandidates => Current.RemoteCandidates;

    public Checklist Checklist => Current.Checklist;

    public int UsedComponents => Current.UsedComponents;

    public bool RemoteEnded
    {
        get => Current.RemoteEnded;
        set => Current.RemoteEnded = value;
    }

    /// <summary>The session that a USERNAME's first half names; null when none in force has it.</summary>
    public StreamGeneration? FindGeneration(ReadOnlySpan<byte> localUfrag) => localUfrag.SequenceEqual(Current.UfragBytes) ? Current : null;

    public DataRoute? Route(int component) => component >= 1 && component <= ComponentCount ? _routes[component - 1] : null;

    public void SetRoute(int component, DataRoute? route) => _routes[component - 1] = route;

    /// <summary>The pair behind the route, or behind the last one there was.</summary>
    public CandidatePair? RoutePair(int component) => _routePairs[component - 1];

    public void SetRoutePair(int component, CandidatePair pair) => _routePairs[component - 1] = pair;

    /// <summary>Where the route's data leaves from.</summary>
    public CandidateBase? RouteBase(int component) => RoutePair(component)?.Base;

    public MonotonicTime LastSent(int component) => _lastSent[component - 1];

    /// <summary>Anything sent on the pair in use puts the next keepalive off (RFC 8445 §11).</summary>
    public void NoteSent(int component, MonotonicTime at) =>
        _lastSent[component - 1] = MonotonicTime.Max(_lastSent[component - 1], at);

    public void Dispose() => Current.Dispose();
}
