namespace IceSharp.Protocol.Agent;

/// <summary>The remote addresses from which an authenticated check or response has come in on one base: application data is taken from these only.</summary>
/// <remarks>Bounded, so that a peer cannot grow it for ever: the one longest not proven again makes room, but never the one in use.</remarks>
internal sealed class AcceptedSources(int limit)
{
    private readonly HashSet<TransportAddress> _sources = [];
    private readonly LinkedList<TransportAddress> _byAge = [];

    public bool Contains(TransportAddress source) => _sources.Contains(source);

    public void Add(TransportAddress source, TransportAddress? inUse)
    {
        if (!_sources.Add(source))
        {
            _byAge.Remove(source);
        }

        _byAge.AddLast(source);
        if (_sources.Count > limit)
        {
            LinkedListNode<TransportAddress> oldest = _byAge.First!;
            LinkedListNode<TransportAddress> victim = oldest.Value == inUse ? oldest.Next! : oldest;
            _sources.Remove(victim.Value);
            _byAge.Remove(victim);
        }
    }
}
