using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Where a peer of the oracle sends from: an interface of its own, or an allocation on a server.</summary>
internal sealed class SymbolicBase(SymbolicPeer owner, VirtualInterface from, TransportAddress endpoint, bool isRelayed)
{
    private readonly Dictionary<TransportAddress, int> _learnt = [];
    private readonly HashSet<IpAddress> _permissions = [];

    public SymbolicPeer Owner { get; } = owner;

    public VirtualInterface From { get; } = from;

    public TransportAddress Endpoint { get; } = endpoint;

    public bool IsRelayed { get; } = isRelayed;

    public int Size => _learnt.Count + _permissions.Count;

    /// <summary>Sources of the other peer's checks that were never signalled, with the number of checks that led there.</summary>
    public IReadOnlyDictionary<TransportAddress, int> Learnt => _learnt;

    // A relay drops what comes from an address without permission (RFC 8656 §9).
    public bool Admits(TransportAddress source) => !IsRelayed || _permissions.Contains(source.Address);

    public void Permit(TransportAddress destination)
    {
        if (IsRelayed)
        {
            _permissions.Add(destination.Address);
        }
    }

    public void Learn(TransportAddress source, int depth) => _learnt.TryAdd(source, depth);
}
