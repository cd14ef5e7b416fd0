namespace IceSharp.Protocol.Agent;

/// <summary>A UDP socket of the agent: one for each local address, stream and component.</summary>
internal sealed class LocalSocket(SocketHandle handle, AgentStream stream, int component, LocalInterfaceAddress address, int preferenceIndex)
{
    public SocketHandle Handle { get; } = handle;

    public AgentStream Stream { get; } = stream;

    public int Component { get; } = component;

    public LocalInterfaceAddress Interface { get; } = address;

    /// <summary>Rank of the address among the local ones, best 0.</summary>
    public int PreferenceIndex { get; } = preferenceIndex;

    /// <summary>Where it sends from: where it is bound or, on the wildcard address, the local address of the route. Known from the host's answer on.</summary>
    public TransportAddress Address { get; set; }

    /// <summary>Checks that leave directly.</summary>
    public CandidateBase? Direct { get; set; }

    /// <summary>Servers asked from this socket, each with its own address.</summary>
    public List<GatheringTask> Tasks { get; } = [];
}
