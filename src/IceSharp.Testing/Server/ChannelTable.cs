using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The channels of one allocation: number to peer and back, one to one (RFC 8656 §12).</summary>
internal sealed class ChannelTable(int capacity)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(600);
    private readonly Dictionary<ushort, ChannelInfo> _byNumber = [];
    private readonly Dictionary<TransportAddress, ChannelInfo> _byPeer = [];
    private readonly List<ushort> _order = [];

    public bool TryGetPeer(MonotonicTime now, ushort number, out TransportAddress peer)
    {
        bool bound = _byNumber.TryGetValue(number, out ChannelInfo? channel) && now < channel.ExpiresAt;
        peer = bound ? channel!.Peer : default;
        return bound;
    }

    public bool TryGetNumber(MonotonicTime now, TransportAddress peer, out ushort number)
    {
        bool bound = _byPeer.TryGetValue(peer, out ChannelInfo? channel) && now < channel.ExpiresAt;
        number = bound ? channel!.Number : default;
        return bound;
    }

    /// <summary>Whether number and peer are both free, or bound to each other.</summary>
    public bool Agrees(MonotonicTime now, ushort number, TransportAddress peer) =>
        (!TryGetPeer(now, number, out TransportAddress boundPeer) || boundPeer == peer)
        && (!TryGetNumber(now, peer, out ushort boundNumber) || boundNumber == number);

    public bool HasRoomFor(MonotonicTime now, ushort number)
    {
        Expire(now);
        return _byNumber.ContainsKey(number) || _order.Count < capacity;
    }

    /// <summary>Binds or refreshes. Data does neither (RFC 8656 §12.6).</summary>
    public void Bind(MonotonicTime now, ushort number, TransportAddress peer)
    {
        Expire(now);
        if (!_byNumber.ContainsKey(number))
        {
            _order.Add(number);
        }

        _byNumber[number] = _byPeer[peer] = new ChannelInfo(number, peer, now + Lifetime);
    }

    public IReadOnlyList<ChannelInfo> List(MonotonicTime now)
    {
        Expire(now);
        return [.. _order.Select(n => _byNumber[n])];
    }

    /// <summary>Ends those of one family, whose relayed address is gone.</summary>
    public void Drop(IpFamily family) => Remove(_order.FindAll(n => _byNumber[n].Peer.Family == family));

    private void Expire(MonotonicTime now) => Remove(_order.FindAll(n => _byNumber[n].ExpiresAt <= now));

    private void Remove(List<ushort> numbers)
    {
        foreach (ushort gone in numbers)
        {
            _order.Remove(gone);
            _byPeer.Remove(_byNumber[gone].Peer);
            _byNumber.Remove(gone);
        }
    }
}
