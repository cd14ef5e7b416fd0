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

    /// <summary>Whether a concluded stream has given it back: it is closed when its allocations are released (RFC 8445 §8.3.1).</summary>
    public bool IsFreed { get; set; }

    /// <summary>Whether candidates, checks and data may have to do with it.</summary>
    public bool IsUsed => !IsFreed && Stream.Uses(Component);

    /// <summary>Servers asked from this socket, each with its own address.</summary>
    public List<GatheringTask> Tasks { get; } = [];
}
