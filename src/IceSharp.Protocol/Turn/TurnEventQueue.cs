namespace IceSharp.Protocol.Turn;

/// <summary>Facts that wait to be polled; bounded, and never without room for the last one.</summary>
internal sealed class TurnEventQueue(int capacity)
{
    private readonly Queue<TurnEvent> _events = new();

    /// <summary>Adds a fact about a peer; dropped when the caller has not polled for long.</summary>
    public void Add(in TurnEvent fact)
    {
        if (_events.Count < capacity)
        {
            _events.Enqueue(fact);
        }
    }

    /// <summary>Adds a fact that anybody on the peer's path can cause: such facts leave half of the room to others.</summary>
    public void AddHint(in TurnEvent fact)
    {
        if (_events.Count < capacity / 2)
        {
            _events.Enqueue(fact);
        }
    }

    /// <summary>Adds a fact about the allocation itself, of which there are at most a handful in its life.</summary>
    public void AddAlways(in TurnEvent fact) => _events.Enqueue(fact);

    public bool TryTake(out TurnEvent fact) => _events.TryDequeue(out fact);
}
