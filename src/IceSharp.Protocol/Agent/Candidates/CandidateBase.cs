using IceSharp.Protocol.Turn;

namespace IceSharp.Protocol.Agent;

/// <summary>Where an agent sends from: a local socket, or an allocation on a TURN server reached through one (RFC 8445 §4 "base").</summary>
internal sealed class CandidateBase(int id, LocalSocket socket, TransportAddress address, GatheringTask? relay, bool usable)
{
    /// <summary>Unique in the agent; tells relayed paths from direct ones.</summary>
    public int Id { get; } = id;

    public LocalSocket Socket { get; } = socket;

    public TransportAddress Address { get; } = address;

    /// <summary>The task that holds the allocation; null for a direct base.</summary>
    public GatheringTask? Relay { get; } = relay;

    /// <summary>Whether checks may leave from here: not from a base that the transport policy hides.</summary>
    public bool IsUsable { get; } = usable;

    public bool IsRelayed => Relay is not null;

    public TurnAllocationMachine? Allocation => Relay?.Allocation;

    /// <summary>The candidate that is the base itself; null when policy withholds it.</summary>
    public LocalCandidate? Candidate { get; set; }
}
