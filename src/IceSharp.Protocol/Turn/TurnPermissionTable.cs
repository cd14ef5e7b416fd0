using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Turn;

/// <summary>The permissions of an allocation, by peer address alone, in the order in which they were asked for (RFC 8656 §9).</summary>
internal sealed class TurnPermissionTable(int capacity)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(300);
    private static readonly TimeSpan RefreshAfter = TimeSpan.FromSeconds(240);

    private readonly Dictionary<IpAddress, TurnPermission> _byPeer = [];
    private readonly List<TurnPermission> _inOrder = [];

    public MonotonicTime NextDeadline { get; private set; } = MonotonicTime.Never;

    public bool AnyWanted => _inOrder.Exists(p => p.IsWanted);

    public bool IsInstalled(IpAddress peer) => _byPeer.TryGetValue(peer, out TurnPermission? permission) && permission.IsInstalled;

    public bool TryFind(IpAddress peer, [NotNullWhen(true)] out TurnPermission? permission) => _byPeer.TryGetValue(peer, out permission);

    public IpAddress[] PeersOutside(TurnRelays relays) => [.. _inOrder.Where(p => !relays.Serves(p.Peer.Family)).Select(p => p.Peer)];

    /// <summary>Adds a peer that has no permission yet.</summary>
    public bool TryAdd(IpAddress peer, bool isWanted, [NotNullWhen(true)] out TurnPermission? permission)
    {
        permission = null;
        if (_inOrder.Count >= capacity)
        {
            return false;
        }

        permission = new TurnPermission(peer) { IsWanted = isWanted };
        _byPeer.Add(peer, permission);
        _inOrder.Add(permission);
        return true;
    }

    /// <summary>Takes those that wait, up to a number, for one request.</summary>
    public void Collect(List<IpAddress> peers, int most)
    {
        foreach (TurnPermission permission in _inOrder)
        {
            if (permission.IsWanted && peers.Count < most)
            {
                permission.IsWanted = false;
                peers.Add(permission.Peer);
            }
        }
    }

    /// <summary>Notes that the server has a permission since a time.</summary>
    /// <returns>Whether it is a new one.</returns>
    public bool Install(TurnPermission permission, MonotonicTime since)
    {
        bool isNew = !permission.IsInstalled;
        permission.IsInstalled = true;
        if (isNew || since + Lifetime >= permission.ExpiresAt)
        {
            // Answers may overtake each other: the later request counts.
            permission.RefreshAt = since + RefreshAfter;
            permission.ExpiresAt = since + Lifetime;
        }

        FindNextDeadline();
        return isNew;
    }

    /// <summary>Wants a permission again whose request came to nothing.</summary>
    public void WantAgain(TurnPermission permission)
    {
        permission.IsWanted = true;
        FindNextDeadline();
    }

    /// <summary>The server has none of them any more; all are wanted again.</summary>
    public void Suspend()
    {
        foreach (TurnPermission permission in _inOrder)
        {
            permission.IsInstalled = false;
            permission.IsWanted = true;
            (permission.RefreshAt, permission.ExpiresAt) = (MonotonicTime.Never, MonotonicTime.Never);
        }

        FindNextDeadline();
    }

    public void Remove(TurnPermission permission)
    {
        _byPeer.Remove(permission.Peer);
        _inOrder.Remove(permission);
        FindNextDeadline();
    }

    /// <summary>Wants those that are due for refreshing, and takes out one that has run out.</summary>
    /// <returns>False when there is none (any more).</returns>
    public bool TryTakeExpired(MonotonicTime now, [NotNullWhen(true)] out TurnPermission? expired)
    {
        expired = null;
        if (now < NextDeadline)
        {
            return false;
        }

        foreach (TurnPermission permission in _inOrder)
        {
            if (permission.ExpiresAt <= now)
            {
                expired ??= permission;
            }
            else if (permission.RefreshAt <= now)
            {
                permission.RefreshAt = MonotonicTime.Never;
                permission.IsWanted = true;
            }
        }

        if (expired is null)
        {
            FindNextDeadline();
            return false;
        }

        Remove(expired);
        return true;
    }

    public void Clear()
    {
        _byPeer.Clear();
        _inOrder.Clear();
        NextDeadline = MonotonicTime.Never;
    }

    private void FindNextDeadline()
    {
        NextDeadline = MonotonicTime.Never;
        foreach (TurnPermission permission in _inOrder)
        {
            NextDeadline = MonotonicTime.Min(NextDeadline, MonotonicTime.Min(permission.RefreshAt, permission.ExpiresAt));
        }
    }
}
