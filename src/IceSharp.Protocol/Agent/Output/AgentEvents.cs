using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Agent;

/// <summary>The events that wait for the host. Bounded: when the host does not poll, pair changes are the first that are left out.</summary>
internal sealed class AgentEvents
{
    private const int SoftLimit = 1024;
    private const int HardLimit = 4096;
    private readonly Queue<IceAgentEvent> _queue = [];

    public void Add(IceAgentEvent fact)
    {
        int limit = fact is PairStateChanged ? SoftLimit : HardLimit;
        if (_queue.Count < limit)
        {
            _queue.Enqueue(fact);
        }
    }

    public bool TryTake([NotNullWhen(true)] out IceAgentEvent? fact) => _queue.TryDequeue(out fact);
}
