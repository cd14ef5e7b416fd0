namespace IceSharp.Protocol.Agent;

/// <summary>A candidate of this agent.</summary>
internal sealed class LocalCandidate(
    StreamGeneration generation,
    int component,
    IceCandidateType type,
    TransportAddress address,
    CandidateBase @base,
    TransportAddress? relatedAddress,
    string foundation,
    int localPreference,
    uint priority,
    IceTypePreferences? typePreferences = null,
    IceAddressRewrite? rewrite = null)
{
    private readonly IceTypePreferences? _typePreferences = typePreferences;

    /// <summary>The ICE session it was made for.</summary>
    public StreamGeneration Generation { get; } = generation;

    public AgentStream Stream => Generation.Stream;

    public int Component { get; } = component;

    public IceCandidateType Type { get; } = type;

    public TransportAddress Address { get; } = address;

    public CandidateBase Base { get; } = @base;

    /// <summary>Whether pairs of its base are formed with it.</summary>
    public bool StandsForBase => ReferenceEquals(Generation.CandidateOf(Base), this);

    public string Foundation { get; } = foundation;

    public int LocalPreference { get; } = localPreference;

    public uint Priority { get; } = priority;

    /// <summary>The candidate as it goes to the peer.</summary>
    public IceCandidate Info { get; } = new()
    {
        Foundation = foundation,
        Component = component,
        Priority = priority,
        Address = address,
        Type = type,
        RelatedAddress = relatedAddress,
        Mid = generation.Stream.Mid,
        Ufrag = generation.Ufrag,
        Rewrite = rewrite,
    };

    /// <summary>The same candidate for another session.</summary>
    public LocalCandidate For(StreamGeneration session) =>
        new(session, Component, Type, Address, Base, Info.RelatedAddress, Foundation, LocalPreference, Priority, _typePreferences, Info.Rewrite);

    /// <summary>What PRIORITY says in checks from here: the formula with the type preference of peer-reflexive (RFC 8445 §7.1.1).</summary>
    public uint CheckPriority { get; } = IcePriority.Candidate(
        typePreferences ?? IceTypePreferences.Recommended, IceCandidateType.PeerReflexive, localPreference, component);
}
