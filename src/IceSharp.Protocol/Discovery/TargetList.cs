using IceSharp.Protocol.Dns;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Discovery;

/// <summary>The places found so far, in order; asks for the addresses of names.</summary>
internal sealed class TargetList(LookupTable lookups, string? identity)
{
    private const int MaxTargets = 64;

    private readonly List<ServerTarget> _targets = [];

    /// <summary>The places with addresses.</summary>
    public IReadOnlyList<ServerTarget> Targets => _targets;

    /// <summary>Whether a domain said that it does not offer the service.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Adds a place with a literal address.</summary>
    public void AddAddress(StunUriTransport transport, IpAddress address, ushort port) => Add(transport, address.ToString(), [address], port);

    /// <summary>Adds the addresses of a name.</summary>
    public void AddName(StunUriTransport transport, string name, ushort port)
    {
        if (lookups.Ask(NameLookupKind.Addresses, name) is { Addresses: { Count: > 0 } addresses })
        {
            Add(transport, name, addresses, port);
        }
    }

    /// <summary>Adds the servers of a service.</summary>
    /// <returns>False when there are none, or none are known yet.</returns>
    public bool AddService(StunUriTransport transport, string name)
    {
        IReadOnlyList<SrvRecord> records = lookups.Ask(NameLookupKind.Services, name)?.Services ?? [];
        IsRefused |= records is [{ Target: "." }];
        foreach (SrvRecord record in records)
        {
            if (record.Port != 0 && DnsName.IsValid(record.Target))
            {
                AddName(transport, record.Target, record.Port);
            }
        }

        return records.Count > 0;
    }

    private void Add(StunUriTransport transport, string hostName, IReadOnlyList<IpAddress> addresses, ushort port)
    {
        bool known = _targets.Exists(t => t.Transport == transport && t.Port == port && DnsName.AreSame(t.HostName, hostName));
        if (!known && _targets.Count < MaxTargets)
        {
            _targets.Add(new ServerTarget(transport, identity, hostName, addresses, port));
        }
    }
}
