using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The mappings of a NAT, found from both sides. Expiry is exact and looked at when a mapping is used.</summary>
internal sealed class NatMappingTable(NatBehaviour behaviour, NatAddressPool pool, SeededRandomSource random)
{
    private readonly Dictionary<NatMappingKey, NatMapping> _byInside = [];
    private readonly Dictionary<(IpProtocol Protocol, TransportAddress External), NatMapping> _byOutside = [];
    private readonly NatPortChooser _udpPorts = new(behaviour, random), _tcpPorts = new(behaviour, random);
    private readonly HashSet<(IpProtocol Protocol, TransportAddress Internal)> _inConflict = [];

    public int Count(MonotonicTime now) => _byInside.Values.Count(m => now < m.ExpiresAt);

    /// <summary>Finds or makes the mapping for a packet from inside; null when no port is free.</summary>
    public NatMapping? ForOutbound(MonotonicTime now, IpProtocol protocol, TransportAddress source, TransportAddress destination)
    {
        NatMapping? mapping = FindInside(now, protocol, source, destination) ?? Create(now, protocol, source, destination);
        mapping?.Contact(destination);
        return mapping;
    }

    /// <summary>Finds the living mapping for a packet from inside.</summary>
    public NatMapping? FindInside(MonotonicTime now, IpProtocol protocol, TransportAddress source, TransportAddress destination) =>
        _byInside.TryGetValue(NatMappingKey.Of(MappingOf(protocol, source), protocol, source, destination), out NatMapping? mapping) && IsAlive(now, mapping)
            ? mapping
            : null;

    /// <summary>Finds the living mapping that a packet from outside is for: where several share a port, the one that has sent there.</summary>
    public NatMapping? FindOutside(MonotonicTime now, IpProtocol protocol, TransportAddress external, TransportAddress source)
    {
        if (!_byOutside.TryGetValue((protocol, external), out NatMapping? first))
        {
            return null;
        }

        if (first.Sharing is null)
        {
            return IsAlive(now, first) ? first : null;
        }

        NatMapping? best = null;
        int bestRank = -1;
        for (NatMapping? each = first; each is not null; each = each.Sharing)
        {
            int rank = each.Admits(NatFilteringBehaviour.AddressAndPortDependent, source) ? 2 : each.Admits(NatFilteringBehaviour.AddressDependent, source) ? 1 : 0;
            if (now < each.ExpiresAt && rank > bestRank)
            {
                (best, bestRank) = (each, rank);
            }
        }

        return best;
    }

    public void Refresh(NatMapping mapping, MonotonicTime now) => mapping.ExpiresAt = now + mapping.Key.Protocol switch
    {
        IpProtocol.Tcp => mapping.IsEstablished ? behaviour.TcpLifetime : behaviour.TcpTransitoryLifetime,
        _ => behaviour.MappingLifetime,
    };

    public void Clear()
    {
        _byInside.Clear();
        _byOutside.Clear();
        _inConflict.Clear();
        _udpPorts.Clear();
        _tcpPorts.Clear();
    }

    private NatMapping? Create(MonotonicTime now, IpProtocol protocol, TransportAddress source, TransportAddress destination)
    {
        IpAddress address = pool.Choose(source.Address);
        bool IsFree(ushort port) => !_byOutside.TryGetValue((protocol, new TransportAddress(address, port)), out NatMapping? taken)
            || (behaviour.PortAllocation == NatPortAllocation.Overloading ? !IsHeldBy(taken, source, now) : !IsAlive(now, taken));
        if (behaviour.MappingOnConflict is not null && !IsFree(source.Port))
        {
            _inConflict.Add((protocol, source));
        }

        if (!(protocol == IpProtocol.Tcp ? _tcpPorts : _udpPorts).TryChoose(address, source, IsFree, out ushort chosen))
        {
            return null;
        }

        NatMapping mapping = new(NatMappingKey.Of(MappingOf(protocol, source), protocol, source, destination), new TransportAddress(address, chosen));
        _byInside[mapping.Key] = mapping;
        var outside = (protocol, mapping.External);
        mapping.Sharing = _byOutside.TryGetValue(outside, out NatMapping? other) && now < other.ExpiresAt ? other : null;
        _byOutside[outside] = mapping;
        return mapping;
    }

    private static bool IsHeldBy(NatMapping? first, TransportAddress inside, MonotonicTime now)
    {
        for (NatMapping? each = first; each is not null; each = each.Sharing)
        {
            if (each.Key.Internal == inside && now < each.ExpiresAt)
            {
                return true;
            }
        }

        return false;
    }

    private NatMappingBehaviour MappingOf(IpProtocol protocol, TransportAddress source) =>
        _inConflict.Count > 0 && _inConflict.Contains((protocol, source)) ? behaviour.MappingOnConflict!.Value : behaviour.Mapping;

    private bool IsAlive(MonotonicTime now, NatMapping mapping)
    {
        if (now < mapping.ExpiresAt)
        {
            return true;
        }

        _byInside.Remove(mapping.Key);
        var outside = (mapping.Key.Protocol, mapping.External);
        if (_byOutside.GetValueOrDefault(outside) == mapping)
        {
            _byOutside.Remove(outside);
            if (mapping.Sharing is { } next)
            {
                _byOutside.Add(outside, next);
            }
        }

        return false;
    }
}
