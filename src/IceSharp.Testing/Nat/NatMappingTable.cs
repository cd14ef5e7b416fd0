using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The mappings of a NAT, found from both sides. Expiry is exact and looked at when a mapping is used.</summary>
internal sealed class NatMappingTable(NatBehaviour behaviour, IpAddress externalAddress, SeededRandomSource random)
{
    private readonly Dictionary<NatMappingKey, NatMapping> _byInside = [];
    private readonly Dictionary<(IpProtocol Protocol, ushort Port), NatMapping> _byPort = [];
    private ushort _lastPort;

    public int Count(MonotonicTime now) => _byPort.Values.Count(m => now < m.ExpiresAt);

    public bool TryFindOutside(MonotonicTime now, IpProtocol protocol, ushort port, [NotNullWhen(true)] out NatMapping? mapping) =>
        _byPort.TryGetValue((protocol, port), out mapping) && IsAlive(now, mapping);

    /// <summary>Finds or makes the mapping for a datagram from inside and refreshes it; null when no port is free.</summary>
    public NatMapping? ForOutbound(MonotonicTime now, IpProtocol protocol, TransportAddress source, TransportAddress destination)
    {
        NatMappingKey key = NatMappingKey.Of(behaviour.Mapping, protocol, source, destination);
        if (!_byInside.TryGetValue(key, out NatMapping? mapping) || !IsAlive(now, mapping))
        {
            if (!TryChoosePort(now, protocol, source.Port, out ushort port))
            {
                return null;
            }

            mapping = new NatMapping(key, new TransportAddress(externalAddress, port));
            _byInside[key] = mapping;
            _byPort[(protocol, port)] = mapping;
        }

        mapping.Contact(destination);
        mapping.ExpiresAt = now + behaviour.MappingLifetime;
        return mapping;
    }

    public void Clear()
    {
        _byInside.Clear();
        _byPort.Clear();
    }

    private bool IsAlive(MonotonicTime now, NatMapping mapping)
    {
        if (now < mapping.ExpiresAt)
        {
            return true;
        }

        _byInside.Remove(mapping.Key);
        _byPort.Remove((mapping.Key.Protocol, mapping.External.Port));
        return false;
    }

    private bool TryChoosePort(MonotonicTime now, IpProtocol protocol, ushort internalPort, out ushort port)
    {
        int first = behaviour.FirstPort, count = behaviour.LastPort - first + 1;
        int start = behaviour.PortAllocation switch
        {
            NatPortAllocation.Preserving => internalPort,
            NatPortAllocation.Sequential => _lastPort + 1,
            _ => first + random.NextInt32(count),
        };
        if (start < first || start > behaviour.LastPort)
        {
            start = first;
        }

        for (int i = 0; i < count; i++)
        {
            port = (ushort)(first + ((start - first + i) % count));
            if (!TryFindOutside(now, protocol, port, out _))
            {
                _lastPort = port;
                return true;
            }
        }

        port = 0;
        return false;
    }
}
