using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>One data stream of the agent: credentials, candidates, checklist and routes.</summary>
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
        Ufrag = IceCredentials.NewUfrag(random);
        Password = IceCredentials.NewPassword(random);
        LocalKey = StunIntegrityKey.ShortTerm(Password);
        UfragBytes = System.Text.Encoding.ASCII.GetBytes(Ufrag);
        _routes = new DataRoute?[componentCount];
        _routeBases = new CandidateBase?[componentCount];
        _lastSent = new MonotonicTime[componentCount];
        Checklist = new Checklist(this);
    }

    public int Index { get; }

    public string Mid { get; }

    public int ComponentCount { get; }

    public SdpMedia Media { get; }

    public string Ufrag { get; }

    public byte[] UfragBytes { get; }

    public string Password { get; }

    public StunIntegrityKey LocalKey { get; }

    public RemoteCredentials? Remote { get; private set; }

    /// <summary>Whether the peer will name no more candidates.</summary>
    public bool RemoteEnded { get; set; }

    public List<LocalCandidate> LocalCandidates { get; } = [];

    public List<RemoteCandidate> RemoteCandidates { get; } = [];

    /// <summary>Candidates that came before the description.</summary>
    public List<IceCandidate> PendingRemoteCandidates { get; } = [];

    public Checklist Checklist { get; }

    /// <summary>Checks that came before the description: answered then, worked in later (RFC 8445 §7.3).</summary>
    public List<EarlyCheck> EarlyChecks { get; } = [];

    /// <summary>Whether the peer was given enough time to name its candidates, though it has not said that it ended.</summary>
    public bool PatienceIsOver { get; set; }

    /// <summary>Components in use: the smaller of both agents' highest numbers, once the peer's is known (RFC 8445 §6.1.2.2).</summary>
    public int UsedComponents
    {
        get
        {
            if (!RemoteEnded && !PatienceIsOver)
            {
                return ComponentCount;
            }

            int highest = 0;
            foreach (RemoteCandidate candidate in RemoteCandidates)
            {
                highest = Math.Max(highest, candidate.Component);
            }

            return highest == 0 ? ComponentCount : Math.Min(ComponentCount, highest);
        }
    }

    public void SetRemote(string ufrag, string password)
    {
        Remote?.Dispose();
        Remote = new RemoteCredentials(ufrag, password, Ufrag);
    }

    public DataRoute? Route(int component) => component >= 1 && component <= ComponentCount ? _routes[component - 1] : null;

    public void SetRoute(int component, DataRoute? route) => _routes[component - 1] = route;

    /// <summary>Where the route's data leaves from.</summary>
    public CandidateBase? RouteBase(int component) => _routeBases[component - 1];

    public void SetRouteBase(int component, CandidateBase @base) => _routeBases[component - 1] = @base;

    public MonotonicTime LastSent(int component) => _lastSent[component - 1];

    /// <summary>Anything sent on the pair in use puts the next keepalive off (RFC 8445 §11).</summary>
    public void NoteSent(int component, MonotonicTime at) =>
        _lastSent[component - 1] = MonotonicTime.Max(_lastSent[component - 1], at);

    public void Dispose()
    {
        LocalKey.Dispose();
        Remote?.Dispose();
    }
}
