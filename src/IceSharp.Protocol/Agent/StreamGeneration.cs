using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>One ICE session of a stream: its credentials, candidates and checklist. An ICE restart begins another one beside it (RFC 8445 §9).</summary>
internal sealed class StreamGeneration : IDisposable
{
    private readonly List<PathConsent> _consents = [];
    // Renomination: the highest value of each component, sent or received; 24 bits.
    private readonly uint[] _nominations;

    public StreamGeneration(AgentStream stream, int number, MonotonicTime beganAt, IRandomSource random)
        : this(stream, number, beganAt, IceCredentials.NewUfrag(random), IceCredentials.NewPassword(random))
    {
    }

    /// <summary>A session with another peer that was made the same offer: same credentials, same candidates.</summary>
    public StreamGeneration(StreamGeneration branch, int number, MonotonicTime beganAt)
        : this(branch.Stream, number, beganAt, branch.Ufrag, branch.Password) =>
        LocalCandidates.AddRange(branch.LocalCandidates.Where(c => c.Type != IceCandidateType.PeerReflexive).Select(c => c.For(this)));

    private StreamGeneration(AgentStream stream, int number, MonotonicTime beganAt, string ufrag, string password)
    {
        Stream = stream;
        Number = number;
        BeganAt = beganAt;
        Ufrag = ufrag;
        Password = password;
        LocalKey = StunIntegrityKey.ShortTerm(Password);
        UfragBytes = System.Text.Encoding.ASCII.GetBytes(Ufrag);
        Checklist = new Checklist(this);
        _nominations = new uint[stream.ComponentCount];
    }

    public AgentStream Stream { get; }

    /// <summary>Counts the sessions of the stream from 0.</summary>
    public int Number { get; }

    /// <summary>When it was begun.</summary>
    public MonotonicTime BeganAt { get; }

    /// <summary>When every component had its selected pair; null before.</summary>
    public MonotonicTime? CompletedAt { get; set; }

    /// <summary>When the peer last showed these credentials: it may still send on a pair of this session.</summary>
    public MonotonicTime LastRequestAt { get; set; }

    /// <summary>When the peer nominated first, and when last; the same check repeated counts.</summary>
    public MonotonicTime FirstNominationAt { get; private set; }

    public MonotonicTime LastNominationAt { get; private set; }

    /// <summary>Whether what it does not use has been given back.</summary>
    public bool IsFreed { get; set; }

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

    /// <summary>The generation whose end of candidates came before its description; null when none did.</summary>
    public (string Ufrag, string Password)? EarlyEnd { get; set; }

    /// <summary>When the credentials of both sides were known and checks became possible; null before.</summary>
    public MonotonicTime? ChecksBeganAt { get; set; }

    /// <summary>Whether it was described for the peer, which cannot check before.</summary>
    public bool IsDescribed { get; set; }

    /// <summary>When that was noticed; Never before.</summary>
    public MonotonicTime DescribedAt { get; set; } = MonotonicTime.Never;

    /// <summary>When the first check of the peer was worked in: from then on it is known to be checking; null before.</summary>
    public MonotonicTime? PeerBeganAt { get; set; }

    /// <summary>Whether no more candidates of the peer are expected.</summary>
    public bool HasAllRemoteCandidates => RemoteEnded || PatienceIsOver;

    /// <summary>Whether the peer was given enough time to name its candidates, though it has not said that it ended.</summary>
    public bool PatienceIsOver { get; set; }

    /// <summary>Why the session is over though checks had succeeded; null while it is not.</summary>
    public string? EndReason { get; set; }

    /// <summary>Whether the host was told that a restart would help.</summary>
    public bool IsRestartSuggested { get; set; }

    /// <summary>Components in use: the smaller of both agents' highest numbers, once the peer's is known (RFC 8445 §6.1.2.2).</summary>
    public int UsedComponents
    {
        get
        {
            if (Stream.IsMuxed || (!RemoteEnded && !PatienceIsOver))
            {
                return Stream.IsMuxed ? 1 : Stream.ComponentCount;
            }

            int highest = 0;
            foreach (RemoteCandidate candidate in RemoteCandidates)
            {
                highest = Math.Max(highest, candidate.Component);
            }

            return highest == 0 ? Stream.ComponentCount : Math.Min(Stream.ComponentCount, highest);
        }
    }

    /// <summary>The candidate that stands for a base in pairs: the base itself, or what was found from it first where policy withholds that; null when nothing is shown.</summary>
    public LocalCandidate? CandidateOf(CandidateBase @base)
    {
        foreach (LocalCandidate candidate in LocalCandidates)
        {
            if (ReferenceEquals(candidate.Base, @base) && candidate.Type != IceCandidateType.PeerReflexive)
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>The consent on a path; null when no check has proven it yet.</summary>
    public PathConsent? FindConsent(CandidateBase from, TransportAddress to)
    {
        foreach (PathConsent consent in _consents)
        {
            if (consent.IsPath(from, to))
            {
                return consent;
            }
        }

        return null;
    }

    /// <summary>The consent on a path, made when there is none yet.</summary>
    public PathConsent GetConsent(CandidateBase from, TransportAddress to)
    {
        if (FindConsent(from, to) is { } known)
        {
            return known;
        }

        var consent = new PathConsent(from, to);
        _consents.Add(consent);
        return consent;
    }

    /// <summary>Whether the peer has signalled the candidate before: same address, port, transport and component.</summary>
    public bool Knows(IceCandidate candidate) =>
        RemoteCandidates.Exists(r => r.IsSignalled && r.Address == candidate.Address && r.Component == candidate.Component)
        || PendingRemoteCandidates.Exists(p => p.Address == candidate.Address && p.Component == candidate.Component && p.Ufrag == candidate.Ufrag);

    public uint LatestNomination(int component) => _nominations[component - 1];

    /// <summary>The value of our next nomination: each larger than the one before (draft-thatcher-ice-renomination).</summary>
    public uint NextNomination(int component) => _nominations[component - 1] = Math.Min(_nominations[component - 1] + 1, 0xFFFFFF);

    /// <summary>Takes a nomination of the peer; a value that is not higher than all before changes nothing.</summary>
    public bool TryTakeNomination(int component, uint value)
    {
        if (value <= _nominations[component - 1])
        {
            return false;
        }

        _nominations[component - 1] = value;
        return true;
    }

    public void NoteNomination(MonotonicTime now)
    {
        FirstNominationAt = FirstNominationAt == MonotonicTime.Zero ? now : FirstNominationAt;
        LastNominationAt = now;
    }

    /// <summary>Whether the peer is known by this fragment.</summary>
    public bool IsWith(ReadOnlySpan<byte> remoteUfrag) => Remote is { } remote && remoteUfrag.SequenceEqual(remote.UfragBytes);

    public void SetRemote(string ufrag, string password)
    {
        Remote?.Dispose();
        Remote = new RemoteCredentials(ufrag, password, Ufrag);
    }

    public void Dispose()
    {
        LocalKey.Dispose();
        Remote?.Dispose();
    }
}
