using IceSharp.Protocol.Turn;

namespace IceSharp.Protocol.Agent;

/// <summary>Where an agent sends from: a local socket, or an allocation on a TURN server reached through one (RFC 8445 §4 "base").</summary>
internal sealed class CandidateBase(LocalSocket socket, TransportAddress address, GatheringTask? relay, bool usable, int maxSources)
{
    private StreamGeneration? _vainlyLearntIn;
    private int _vainlyLearnt;

    public LocalSocket Socket { get; } = socket;

    public TransportAddress Address { get; } = address;

    /// <summary>The task that holds the allocation; null for a direct base.</summary>
    public GatheringTask? Relay { get; } = relay;

    /// <summary>Whether checks may leave from here: not from a base that the transport policy hides.</summary>
    public bool IsUsable { get; } = usable;

    /// <summary>Where data may come from.</summary>
    public AcceptedSources AcceptedSources { get; } = new(maxSources);

    /// <summary>Local preferences of the candidates that sent from here in this session and earlier ones, by type and address.</summary>
    public Dictionary<(IceCandidateType Type, TransportAddress Address), int> FormerPreferences { get; } = [];

    /// <summary>How many addresses of the peer that a session learnt turned out to answer from elsewhere; a restart begins anew.</summary>
    public int VainLearning(StreamGeneration session) => ReferenceEquals(session, _vainlyLearntIn) ? _vainlyLearnt : 0;

    public void NoteVainLearning(StreamGeneration session) => (_vainlyLearntIn, _vainlyLearnt) = (session, VainLearning(session) + 1);

    public bool IsRelayed => Relay is not null;

    public TurnAllocationMachine? Allocation => Relay?.Allocation;

    /// <summary>Takes an authenticated message's source among those that data is taken from.</summary>
    public void Accept(TransportAddress source) => AcceptedSources.Add(source, Socket.Stream.Route(Socket.Component)?.Peer);}
