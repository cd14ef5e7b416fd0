namespace IceSharp.Protocol.Agent;

/// <summary>The paths on which an authenticated check or response has been seen: application data is taken from these only.</summary>
/// <remarks>Bounded, so that a peer cannot grow it for ever.</remarks>
internal sealed class AcceptedSources(int limit)
{
    private readonly HashSet<(int Base, TransportAddress Source)> _paths = [];

    public bool Contains(CandidateBase @base, TransportAddress source) => _paths.Contains((@base.Id, source));

    public void Add(CandidateBase @base, TransportAddress source)
    {
        if (_paths.Count < limit)
        {
            _paths.Add((@base.Id, source));
        }
    }
}
