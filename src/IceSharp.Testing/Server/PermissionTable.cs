using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The permissions of one allocation: by IP address, ports play no part (RFC 8656 §9).</summary>
internal sealed class PermissionTable(int capacity)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(300);
    private readonly Dictionary<IpAddress, MonotonicTime> _expiry = [];
    private readonly List<IpAddress> _order = [];

    public bool Admits(MonotonicTime now, IpAddress peer) => _expiry.TryGetValue(peer, out MonotonicTime expiresAt) && now < expiresAt;

    /// <summary>Whether all these can be installed; then nothing but <see cref="Install"/> may follow, so that a request succeeds as a whole or not at all.</summary>
    public bool HasRoomFor(MonotonicTime now, List<IpAddress> peers)
    {
        Expire(now);
        return _order.Count + peers.Distinct().Count(p => !_expiry.ContainsKey(p)) <= capacity;
    }

    /// <summary>Installs or refreshes. Nothing else refreshes a permission (RFC 8656 §9).</summary>
    public void Install(MonotonicTime now, IpAddress peer)
    {
        if (!_expiry.ContainsKey(peer))
        {
            _order.Add(peer);
        }

        _expiry[peer] = now + Lifetime;
    }

    public IReadOnlyList<PermissionInfo> List(MonotonicTime now)
    {
        Expire(now);
        return [.. _order.Select(p => new PermissionInfo(p, _expiry[p]))];
    }

    /// <summary>Ends those of one family, whose relayed address is gone.</summary>
    public void Drop(IpFamily family)
    {
        foreach (IpAddress gone in _order.FindAll(p => p.Family == family))
        {
            _order.Remove(gone);
            _expiry.Remove(gone);
        }
    }

    private void Expire(MonotonicTime now)
    {
        foreach (IpAddress gone in _order.FindAll(p => _expiry[p] <= now))
        {
            _order.Remove(gone);
            _expiry.Remove(gone);
        }
    }
}
