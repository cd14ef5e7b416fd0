namespace IceSharp.Protocol.Agent;

/// <summary>The remote addresses from which an authenticated check or response has come in on one base: application data is taken from these only.</summary>
/// <remarks>Bounded, so that a peer cannot grow it for ever: the one longest not proven again makes room, but never the one in use.</remarks>
internal sealed class AcceptedSources(int limit)
{
    private readonly Dictionary<TransportAddress, PathTraffic> _sources = [];
    private readonly LinkedList<TransportAddress> _byAge = [];
    private PathTraffic _unused = new();

    /// <summary>The count of what came from a source; null when data is not taken from it.</summary>
    public PathTraffic? Find(TransportAddress source) => _sources.GetValueOrDefault(source);

    public void Add(TransportAddress source, TransportAddress? inUse)
    {
        if (!_sources.TryAdd(source, _unused))
        {
            _byAge.Remove(source);
        }
        else
        {
            _unused = new PathTraffic();
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
