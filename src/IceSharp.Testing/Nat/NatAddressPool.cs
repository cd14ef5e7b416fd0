using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The external addresses of a NAT, and who gets which.</summary>
internal sealed class NatAddressPool
{
    private readonly NatPooling _pooling;
    private readonly SeededRandomSource _random;
    private readonly List<IpAddress> _addresses;
    private readonly Dictionary<IpAddress, IpAddress> _byHost = [];

    public NatAddressPool(string natName, IReadOnlyList<IpAddress> addresses, NatPooling pooling, SeededRandomSource random)
    {
        if (addresses.Count == 0 || addresses.Any(a => a.Family != addresses[0].Family))
        {
            throw new ArgumentException($"The NAT '{natName}' needs external addresses of one family, not '{string.Join(", ", addresses)}'.", nameof(addresses));
        }

        _addresses = [.. addresses];
        _pooling = pooling;
        _random = random;
    }

    public IReadOnlyList<IpAddress> Addresses => _addresses;

    public bool Contains(IpAddress address) => _addresses.Contains(address);

    /// <summary>The address for a new mapping of a host.</summary>
    public IpAddress Choose(IpAddress host)
    {
        if (_addresses.Count == 1)
        {
            return _addresses[0];
        }

        if (_pooling == NatPooling.Arbitrary)
        {
            return _addresses[_random.NextInt32(_addresses.Count)];
        }

        if (!_byHost.TryGetValue(host, out IpAddress paired))
        {
            paired = _addresses[_byHost.Count % _addresses.Count];
            _byHost.Add(host, paired);
        }

        return paired;
    }

    public void Replace(IpAddress address)
    {
        _byHost.Clear();
        _addresses.Clear();
        _addresses.Add(address);
    }
}
