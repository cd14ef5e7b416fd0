using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Framing;

namespace IceSharp.Protocol.Turn;

/// <summary>The channels of an allocation: one number for one peer, and how each pairing ages (RFC 8656 §12).</summary>
internal sealed class TurnChannelTable(int capacity)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(600);
    private static readonly TimeSpan RebindAfter = TimeSpan.FromSeconds(540);
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(300);

    private readonly Dictionary<TransportAddress, TurnChannel> _byPeer = [];
    private readonly Dictionary<ushort, TurnChannel> _byNumber = [];
    private readonly List<TurnChannel> _inOrder = [];
    private int _lastOffset = -1;

    public MonotonicTime NextDeadline { get; private set; } = MonotonicTime.Never;

    public bool TryFind(TransportAddress peer, [NotNullWhen(true)] out TurnChannel? channel) => _byPeer.TryGetValue(peer, out channel);

    public bool TryFind(ushort number, [NotNullWhen(true)] out TurnChannel? channel) => _byNumber.TryGetValue(number, out channel);

    public TransportAddress[] PeersOutside(TurnRelays relays) => [.. _inOrder.Where(c => !relays.Serves(c.Peer.Family)).Select(c => c.Peer)];

    /// <summary>Those that nobody has asked the server for yet.</summary>
    public TurnChannel[] Unasked() => [.. _inOrder.Where(c => !c.IsBound && !c.IsAsking)];

    /// <summary>Pairs a peer with a number that is free, or free again; numbers rest as long as others are there.</summary>
    public bool TryAdd(TransportAddress peer, [NotNullWhen(true)] out TurnChannel? channel)
    {
        channel = null;
        if (_inOrder.Count >= capacity)
        {
            return false;
        }

        ushort number;
        do
        {
            _lastOffset = (_lastOffset + 1) % capacity;
            number = (ushort)(ChannelDataWriter.FirstChannel + _lastOffset);
        }
        while (_byNumber.ContainsKey(number));
        channel = new TurnChannel(number, peer);
        _byPeer.Add(peer, channel);
        _byNumber.Add(number, channel);
        _inOrder.Add(channel);
        return true;
    }

    /// <summary>Notes a success. The client counts from when it first sent the request; the server may have counted from as late as now.</summary>
    /// <returns>Whether the channel stands anew.</returns>
    public bool Bind(MonotonicTime now, TurnChannel channel, MonotonicTime since)
    {
        bool isNew = !channel.IsBound;
        channel.IsBound = true;
        channel.IsAsking = false;
        channel.RebindAt = since + RebindAfter;
        channel.ExpiresAt = since + Lifetime;
        channel.ReusableAt = now + Lifetime + Quarantine;
        FindNextDeadline();
        return isNew;
    }

    /// <summary>Notes that a request came to nothing, and that no other follows.</summary>
    public void Refuse(TurnChannel channel)
    {
        channel.IsAsking = false;
        if (!channel.IsBound && channel.ReusableAt.IsNever)
        {
            // The server never had it.
            Remove(channel);
        }

        FindNextDeadline();
    }

    /// <summary>Notes that a request went unanswered: whether the server has taken it nobody knows.</summary>
    public void Doubt(MonotonicTime now, TurnChannel channel)
    {
        channel.ReusableAt = now + Lifetime + Quarantine;
        FindNextDeadline();
    }

    /// <summary>The server has none of them any more: those in use wait to be asked for again, the others are free at once.</summary>
    public void Suspend()
    {
        _inOrder.FindAll(c => !c.IsBound && !c.IsAsking).ForEach(Remove);
        foreach (TurnChannel channel in _inOrder)
        {
            (channel.IsBound, channel.IsAsking, channel.WasAsked) = (false, false, false);
            (channel.RebindAt, channel.ExpiresAt, channel.ReusableAt) = (MonotonicTime.Never, MonotonicTime.Never, MonotonicTime.Never);
        }

        FindNextDeadline();
    }

    public void Remove(TurnChannel channel)
    {
        _byPeer.Remove(channel.Peer);
        _byNumber.Remove(channel.Number);
        _inOrder.Remove(channel);
        FindNextDeadline();
    }

    /// <summary>Takes one that is due for binding again.</summary>
    /// <returns>False when there is none (any more).</returns>
    public bool TryTakeDue(MonotonicTime now, [NotNullWhen(true)] out TurnChannel? due)
    {
        due = now < NextDeadline ? null : _inOrder.Find(c => c.RebindAt <= now && now < c.ExpiresAt);
        if (due is not null)
        {
            due.RebindAt = MonotonicTime.Never;
        }

        return due is not null;
    }

    /// <summary>Takes one that has just run out: nothing is sent on it any more, but its pairing rests for the quarantine.</summary>
    /// <returns>False when there is none (any more).</returns>
    public bool TryTakeExpired(MonotonicTime now, [NotNullWhen(true)] out TurnChannel? expired)
    {
        expired = now < NextDeadline ? null : _inOrder.Find(c => c.ExpiresAt <= now);
        if (expired is not null)
        {
            expired.IsBound = false;
            expired.WasAsked = expired.IsAsking;
            expired.ExpiresAt = MonotonicTime.Never;
            expired.RebindAt = MonotonicTime.Never;
        }

        return expired is not null;
    }

    /// <summary>Forgets those whose quarantine is over; to be called after those above.</summary>
    public void Forget(MonotonicTime now)
    {
        if (now < NextDeadline)
        {
            return;
        }

        foreach (TurnChannel rested in _inOrder.FindAll(c => !c.IsAsking && c.ReusableAt <= now))
        {
            Remove(rested);
        }

        FindNextDeadline();
    }

    public void Clear()
    {
        _byPeer.Clear();
        _byNumber.Clear();
        _inOrder.Clear();
        NextDeadline = MonotonicTime.Never;
    }

    private void FindNextDeadline()
    {
        NextDeadline = MonotonicTime.Never;
        foreach (TurnChannel channel in _inOrder)
        {
            MonotonicTime reusableAt = channel.IsAsking ? MonotonicTime.Never : channel.ReusableAt;
            NextDeadline = MonotonicTime.Min(NextDeadline, MonotonicTime.Min(reusableAt, MonotonicTime.Min(channel.RebindAt, channel.ExpiresAt)));
        }
    }
}
