using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Says from a topology alone, without running an agent, over which paths two ICE peers can ever connect, which one they must select, and in how long.</summary>
/// <remarks>
/// It lets both peers send from every base to every address they know, over NATs, firewalls and relays that forget nothing, until nothing new
/// opens. A path works when a check gets through and its answer comes back from where the check was sent to (RFC 8445 §7.2.5.2.1).
/// The selected one has the highest pair priority under the recommended type preferences (RFC 8445 §5.1.2.2, §6.1.2.3).
/// It looks at the network when it is made: links without loss, mappings and flows that live long enough. Not thread safe.
/// </remarks>
/// <example><code>
/// ConnectivityOracle oracle = new(new OraclePeer(alice) { StunServers = [stun] }, new OraclePeer(bob) { StunServers = [stun] });
/// bool canConnect = oracle.CanConnect;
/// </code></example>
public sealed class ConnectivityOracle
{
    // Longest chain of learnt addresses that can still open a path: behind it, two NATs that give each contact a new port chase each other for ever.
    private const int MaxLearntDepth = 4;

    private readonly SymbolicNetwork _network = new();
    private readonly SymbolicPeer _controlling;
    private readonly SymbolicPeer _controlled;

    /// <summary>Looks at the topology as it stands.</summary>
    /// <param name="controlling">The peer that nominates.</param>
    /// <param name="controlled">The other one, on the same network.</param>
    /// <exception cref="ArgumentException">The peers stand on two networks.</exception>
    public ConnectivityOracle(OraclePeer controlling, OraclePeer controlled)
    {
        ArgumentNullException.ThrowIfNull(controlling);
        ArgumentNullException.ThrowIfNull(controlled);
        if (controlling.Host.Network != controlled.Host.Network)
        {
            throw new ArgumentException($"'{controlling.Host.Name}' and '{controlled.Host.Name}' are on two networks.", nameof(controlled));
        }

        _controlling = new SymbolicPeer(controlling, _network);
        _controlled = new SymbolicPeer(controlled, _network);
        Saturate();
        Paths = [.. FindPaths().OrderByDescending(p => p.HighestPriority)];
        ulong surest = Paths.Count == 0 ? 0 : Paths.Max(p => p.LowestPriority);
        Selected = [.. Paths.Where(p => p.HighestPriority >= surest)];
    }

    /// <summary>Every path that can work, best first.</summary>
    public IReadOnlyList<OraclePath> Paths { get; }

    /// <summary>The path that must be nominated; several where priorities are equal or depend on what is learnt first, none where no path works.</summary>
    public IReadOnlyList<OraclePath> Selected { get; }

    /// <summary>Whether the peers can connect at all.</summary>
    public bool CanConnect => Paths.Count > 0;

    /// <summary>The most pairs that either checklist can hold, learnt ones included.</summary>
    public int LargestChecklist => Math.Max(CountPairs(_controlling, _controlled), CountPairs(_controlled, _controlling));

    private void Saturate()
    {
        int before;
        do
        {
            before = Size;
            SendAll(_controlling, _controlled);
            SendAll(_controlled, _controlling);
        }
        while (Size != before);
    }

    private int Size => _network.Size + _controlling.Bases.Sum(b => b.Size) + _controlled.Bases.Sum(b => b.Size);

    private void SendAll(SymbolicPeer peer, SymbolicPeer other)
    {
        foreach (SymbolicBase from in peer.Bases)
        {
            foreach ((TransportAddress destination, int depth) in Destinations(from, other).ToArray())
            {
                if (Deliver(from, destination, other) is { } arrived && !peer.Candidates.ContainsKey(arrived.Source) && depth < MaxLearntDepth)
                {
                    arrived.At.Learn(arrived.Source, depth + 1);
                }
            }
        }
    }

    private static IEnumerable<(TransportAddress Destination, int Depth)> Destinations(SymbolicBase from, SymbolicPeer other) =>
        other.Candidates.Keys.Select(address => (address, 0)).Concat(from.Learnt.Select(l => (l.Key, l.Value)))
            .Where(d => d.Item1.Family == from.Endpoint.Family);

    private (SymbolicBase At, TransportAddress Source)? Deliver(SymbolicBase from, TransportAddress destination, SymbolicPeer other)
    {
        from.Permit(destination);
        if (_network.Send(from.From, from.Endpoint, destination) is not { } arrived)
        {
            return null;
        }

        SymbolicBase? at = other.Bases.FirstOrDefault(b => b.From == arrived.At && b.Endpoint == arrived.Destination);
        return at is not null && at.Admits(arrived.Source) ? (at, arrived.Source) : null;
    }

    private IEnumerable<OraclePath> FindPaths()
    {
        foreach (SymbolicBase from in _controlling.Bases)
        {
            foreach ((TransportAddress destination, _) in Destinations(from, _controlled).ToArray())
            {
                bool works = Deliver(from, destination, _controlled) is { } there
                    && Deliver(there.At, there.Source, _controlling) is { } back
                    && back.At == from && back.Source == destination;
                if (works)
                {
                    (SymbolicBase at, TransportAddress seen) = Deliver(from, destination, _controlled)!.Value;
                    yield return Describe(from, seen, at, destination);
                }
            }
        }
    }

    private OraclePath Describe(SymbolicBase from, TransportAddress seen, SymbolicBase at, TransportAddress destination)
    {
        IceCandidateType local = _controlling.Candidates.GetValueOrDefault(seen, IceCandidateType.PeerReflexive);
        IceCandidateType remote = _controlled.Candidates.GetValueOrDefault(destination, IceCandidateType.PeerReflexive);
        PriorityRange ours = PriorityRange.Of(_controlling, local, IsLearntFirst(_controlling, local));

        // What was learnt first is not signalled any more.
        PriorityRange theirs = PriorityRange.Of(_controlled, remote, _controlled.Told.TricklesCandidates || IsLearntFirst(_controlled, remote));
        return new OraclePath
        {
            LocalType = local,
            LocalAddress = seen.Address,
            LocalIsRelayed = from.IsRelayed,
            RemoteType = remote,
            RemoteAddress = destination.Address,
            RemoteIsRelayed = at.IsRelayed,
            LowestPriority = PairPriority(ours.Lowest, theirs.Lowest),
            HighestPriority = PairPriority(ours.Highest, theirs.Highest),
        };
    }

    private static bool IsLearntFirst(SymbolicPeer peer, IceCandidateType type) => peer.Told.GathersDuringChecks && type == IceCandidateType.ServerReflexive;

    private static int CountPairs(SymbolicPeer peer, SymbolicPeer other) => peer.Bases.Sum(b => Destinations(b, other).Count());

    // RFC 8445 §6.1.2.3.
    private static ulong PairPriority(uint controlling, uint controlled) =>
        ((ulong)Math.Min(controlling, controlled) << 32) + (2UL * Math.Max(controlling, controlled)) + (controlling > controlled ? 1UL : 0UL);
}
