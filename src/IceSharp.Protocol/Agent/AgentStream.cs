namespace IceSharp.Protocol.Agent;

/// <summary>One data stream of the agent: its ICE session, of which a restart makes another, and the routes of its components, which outlive restarts.</summary>
internal sealed class AgentStream : IDisposable
{
    private readonly DataRoute?[] _routes;
    private readonly CandidateBase?[] _routeBases;
    private readonly MonotonicTime[] _lastSent;

    public AgentStream(int index, string mid, int componentCount, SdpMedia media, IRandomSource random)
    {
        Index = index;
        Mid = mid;
        ComponentCount = componentCount;
        Media = media;
        _routes = new DataRoute?[componentCount];
        _routeBases = new CandidateBase?[componentCount];
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

    /// <summary>Where the route's data leaves from.</summary>
    public CandidateBase? RouteBase(int component) => _routeBases[component - 1];

    public void SetRouteBase(int component, CandidateBase @base) => _routeBases[component - 1] = @base;

    public MonotonicTime LastSent(int component) => _lastSent[component - 1];

    /// <summary>Anything sent on the pair in use puts the next keepalive off (RFC 8445 §11).</summary>
    public void NoteSent(int component, MonotonicTime at) =>
        _lastSent[component - 1] = MonotonicTime.Max(_lastSent[component - 1], at);

    public void Dispose() => Current.Dispose();
}
