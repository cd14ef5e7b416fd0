using System.Buffers.Binary;

namespace IceSharp.Protocol.Agent;

/// <summary>What the rooms of one agent share.</summary>
internal sealed class AgentContext
{
    public AgentContext(IceAgentMachineOptions options, IRandomSource random, IPacingGate gate)
    {
        Options = options;
        Random = random;
        Policy = new GatheringPolicy(options);
        Role = new AgentRole(options.Role, random, Events);
        Outbox = new Outbox(Limits);
        Pacer = new TransactionPacer(gate, options.Pacing);
    }

    public IceAgentMachineOptions Options { get; }

    public GatheringPolicy Policy { get; }

    public IRandomSource Random { get; }

    public AgentRole Role { get; }

    public TransactionPacer Pacer { get; }

    public List<AgentStream> Streams { get; } = [];

    public AgentEvents Events { get; } = new();

    public Outbox Outbox { get; }

    public HostRequests HostRequests { get; } = new();

    public LimitCounters Limits { get; } = new();

    public FoundationTable Foundations { get; } = new();

    /// <summary>The longest round trip measured, to servers and to the peer: the yardstick for silence (see the nomination rule).</summary>
    public TimeSpan LongestRoundTrip { get; private set; }

    /// <summary>Whether the peer follows RFC 8445 ("ice2"): it nominates one pair and no other.</summary>
    public bool PeerIsIce2 { get; set; }

    /// <summary>Whether the peer is a lite implementation.</summary>
    public bool PeerIsLite { get; set; }

    /// <summary>Whether the peer has announced trickle ICE: once it has, that holds for restarts too (RFC 8838 §15).</summary>
    public bool PeerTrickles { get; set; }

    /// <summary>Whether this agent described itself before it knew the peer; null as long as neither has happened.</summary>
    public bool? MadeTheOffer { get; set; }

    /// <summary>Whether both agents announce "renomination": the controlling one may nominate again, the latest nomination counts.</summary>
    public bool Renominates { get; set; }

    /// <summary>When checks became possible; null before.</summary>
    public MonotonicTime? ChecksBeganAt { get; set; }

    /// <summary>When closing began; null before.</summary>
    public MonotonicTime? ClosingSince { get; set; }

    public bool IsClosing => ClosingSince is not null;

    /// <summary>Whether closing is done.</summary>
    public bool IsClosed { get; set; }

    /// <summary>A time drawn evenly between two others.</summary>
    public TimeSpan Draw(TimeSpan least, TimeSpan most)
    {
        Span<byte> bytes = stackalloc byte[4];
        Random.Fill(bytes);
        return least + ((most - least) * (BinaryPrimitives.ReadUInt32BigEndian(bytes) / (double)uint.MaxValue));
    }

    /// <summary>Tells the host, once a session, that an ICE restart would help.</summary>
    public void SuggestRestart(AgentStream stream, string reason)
    {
        if (!IsClosing && !stream.Newest.IsRestartSuggested)
        {
            stream.Newest.IsRestartSuggested = true;
            Events.Add(new RestartSuggested(stream.Index, reason));
        }
    }

    /// <summary>How many candidates of the peer were refused, by reason.</summary>
    public long[] RefusedCandidates { get; } = new long[Enum.GetValues<RemoteCandidateRefusal>().Length];

    /// <summary>Tells that a candidate of the peer is not used, and counts it.</summary>
    public void Refuse(int stream, IceCandidate candidate, RemoteCandidateRefusal kind, string reason)
    {
        RefusedCandidates[(int)kind]++;
        Events.Add(new RemoteCandidateIgnored(stream, candidate, reason) { Kind = kind });
    }

    public void NoteRoundTrip(TimeSpan roundTrip)
    {
        if (roundTrip > LongestRoundTrip)
        {
            LongestRoundTrip = roundTrip;
        }
    }
}
