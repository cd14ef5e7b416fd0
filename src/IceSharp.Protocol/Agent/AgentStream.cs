namespace IceSharp.Protocol.Agent;

/// <summary>One data stream of the agent: its ICE session, of which a restart makes another, and the routes of its components, which outlive restarts.</summary>
internal sealed class AgentStream : IDisposable
{
    private readonly DataRoute?[] _routes;
    private readonly CandidatePair?[] _routePairs;
    private readonly MonotonicTime[] _lastSent;
    private readonly MonotonicTime?[] _unroutedSince;
    private readonly Queue<string> _pastRemoteUfrags = new();
    private int _sessions = 1;
    private TimeSpan _outage;

    public AgentStream(int index, string mid, int componentCount, SdpMedia media, IRandomSource random)
    {
        Index = index;
        Mid = mid;
        ComponentCount = componentCount;
        Media = media;
        _routes = new DataRoute?[componentCount];
        _routePairs = new CandidatePair?[componentCount];
        _lastSent = new MonotonicTime[componentCount];
        _unroutedSince = new MonotonicTime?[componentCount];
        Current = new StreamGeneration(this, 0, MonotonicTime.Zero, random);
    }

    public int Index { get; }

    public string Mid { get; }

    public int ComponentCount { get; }

    public SdpMedia Media { get; }

    /// <summary>Why the stream is not used any more.</summary>
    public IceStreamEnd End { get; set; }

    public bool IsInUse => End == IceStreamEnd.None;

    /// <summary>Whether RTP and RTCP share component 1.</summary>
    public bool IsMuxed { get; set; }

    /// <summary>What the peer said last about the stream; null before.</summary>
    public IceStreamDescription? Told { get; set; }

    /// <summary>Whether the component is one that candidates are gathered and checks are answered for.</summary>
    public bool Uses(int component) => IsInUse && component >= 1 && component <= (IsMuxed ? 1 : ComponentCount);

    /// <summary>The ICE session in force. What belongs to a pair or candidate is reached through its own generation instead, which may be an older one.</summary>
    public StreamGeneration Current { get; set; }

    /// <summary>The session that a restart of this agent has begun and the peer has not answered; null when there is none.</summary>
    public StreamGeneration? Pending { get; set; }

    /// <summary>The session before a restart, as long as its pairs carry data or the peer may still use them; else null.</summary>
    public StreamGeneration? Previous { get; set; }

    public string Ufrag => Current.Ufrag;

    public string Password => Current.Password;

    /// <summary>The session that new local candidates are for.</summary>
    public StreamGeneration Newest => Pending ?? Current;

    /// <summary>All sessions that are held.</summary>
    public IEnumerable<StreamGeneration> Generations => new[] { Previous, Current, Pending }.OfType<StreamGeneration>();

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

    /// <summary>The session that a USERNAME names; null when none in force has its first half. The second half tells the branches of a forked offer apart, which share the first.</summary>
    public StreamGeneration? FindGeneration(ReadOnlySpan<byte> localUfrag, ReadOnlySpan<byte> remoteUfrag)
    {
        StreamGeneration? found =
            localUfrag.SequenceEqual(Current.UfragBytes) ? Current
            : Pending is { } pending && localUfrag.SequenceEqual(pending.UfragBytes) ? pending
            : null;
        bool isPrevious = found?.IsWith(remoteUfrag) != true && Previous is { } previous && localUfrag.SequenceEqual(previous.UfragBytes)
            && (found is null || previous.IsWith(remoteUfrag));
        return isPrevious ? Previous : found;
    }

    public DataRoute? Route(int component) => component >= 1 && component <= ComponentCount ? _routes[component - 1] : null;

    public void SetRoute(int component, DataRoute? route) => _routes[component - 1] = route;

    /// <summary>How long before the switch the pair that a restart replaced had last proven itself.</summary>
    public TimeSpan UnprovenFor { get; set; }

    /// <summary>Begins another session; one that was begun and not answered is replaced.</summary>
    public void BeginRestart(MonotonicTime now, IRandomSource random)
    {
        Pending?.Dispose();
        Pending = new StreamGeneration(this, _sessions++, now, random);
    }

    /// <summary>Begins a session with another peer that has answered the same offer.</summary>
    public void BeginBranch(MonotonicTime now) => Pending = new StreamGeneration(Current, _sessions++, now);

    /// <summary>Notes whose fragment is no longer in force: what still comes with it is late.</summary>
    public void RememberRemote(StreamGeneration past)
    {
        if (past.Remote is { } remote)
        {
            _pastRemoteUfrags.Enqueue(remote.Ufrag);
            while (_pastRemoteUfrags.Count > 8)
            {
                _pastRemoteUfrags.Dequeue();
            }
        }
    }

    public bool IsPastRemote(string ufrag) => _pastRemoteUfrags.Contains(ufrag);

    /// <summary>Measures the time in which a component had a route once and has none now.</summary>
    public void NoteRouted(MonotonicTime now, int component, bool hasRoute, bool hadRoute)
    {
        ref MonotonicTime? since = ref _unroutedSince[component - 1];
        if (hasRoute && since is { } from)
        {
            _outage = TimeSpan.FromTicks(Math.Max(_outage.Ticks, (now - from).Ticks));
            since = null;
        }
        else if (!hasRoute && hadRoute)
        {
            since = now;
        }
    }

    /// <summary>The longest of those times so far; counts from zero again.</summary>
    public TimeSpan TakeOutage()
    {
        TimeSpan outage = _outage;
        _outage = TimeSpan.Zero;
        return outage;
    }

    /// <summary>The pair behind the route, or behind the last one there was.</summary>
    public CandidatePair? RoutePair(int component) => _routePairs[component - 1];

    public void SetRoutePair(int component, CandidatePair pair) => _routePairs[component - 1] = pair;

    /// <summary>Where the route's data leaves from.</summary>
    public CandidateBase? RouteBase(int component) => RoutePair(component)?.Base;

    public MonotonicTime LastSent(int component) => _lastSent[component - 1];

    /// <summary>Anything sent on the pair in use puts the next keepalive off (RFC 8445 §11).</summary>
    public void NoteSent(int component, MonotonicTime at) =>
        _lastSent[component - 1] = MonotonicTime.Max(_lastSent[component - 1], at);

    public void Dispose()
    {
        foreach (StreamGeneration generation in Generations)
        {
            generation.Dispose();
        }
    }
}
