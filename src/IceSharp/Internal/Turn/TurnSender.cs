using IceSharp.Protocol;

namespace IceSharp.Internal.Turn;

/// <summary>The sending side of an allocation, for any thread: which peers may be sent to, and the way there.</summary>
/// <param name="maxPeers">Most peer addresses with a permission.</param>
/// <param name="keepalive">Who is told that something has left.</param>
/// <param name="ask">Has the server asked about a peer.</param>
internal sealed class TurnSender(int maxPeers, TurnKeepalive keepalive, Action<TurnPeer> ask)
{
    private const int PortsPerAddress = 32;

    private readonly TurnPeerTable _peers = new(maxPeers * PortsPerAddress);
    private volatile TurnPath? _path;
    private volatile TurnException? _endReason;

    /// <summary>The way to the server; null while there is none.</summary>
    public TurnPath? Path
    {
        get => _path;
        set => _path = _endReason is null ? value : null;
    }

    /// <summary>Why the allocation is over; null while it is not.</summary>
    public TurnException? EndReason => _endReason;

    /// <summary>Sends at once if the peer is permitted; otherwise the server is asked, and this one is not sent.</summary>
    public IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress peer)
    {
        if (_path is not { } path || Find(peer) is not { } found)
        {
            return Refusal(peer);
        }

        keepalive.NoteSent();
        return path.Send(datagram, found.Address, found.Channel);
    }

    /// <summary>The same for a payload that stands in a buffer with headroom.</summary>
    public IceSendResult TrySendInPlace(Span<byte> buffer, int offset, int length, TransportAddress peer)
    {
        if (_path is not { } path || Find(peer) is not { } found)
        {
            return Refusal(peer);
        }

        keepalive.NoteSent();
        return path.SendInPlace(buffer, offset, length, found.Address, found.Channel);
    }

    /// <summary>Asks the server to permit a peer, and waits for its answer.</summary>
    /// <exception cref="TurnException">It refuses, or the allocation is over.</exception>
    public async Task PermitAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        TurnPeer peer = _peers.GetOrAdd(address)
            ?? throw new TurnException(IceError.NoRoute, $"The allocation keeps no more than {maxPeers} peer addresses; MaxPeers raises that.");
        if (peer.State != TurnPeerState.Permitted)
        {
            Ask(peer);
            await peer.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the path takes datagrams again.</summary>
    public ValueTask WaitWritableAsync(CancellationToken cancellationToken) => _path?.Socket.WaitWritableAsync(cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>The server permits an address. On the loop.</summary>
    public void Permit(IpAddress address)
    {
        foreach (TurnPeer peer in _peers.All.Where(p => p.Address.Address == address && p.State == TurnPeerState.Asking))
        {
            peer.Permit();
        }
    }

    /// <summary>The server refuses an address. On the loop.</summary>
    public void Refuse(IpAddress address, TurnException reason)
    {
        foreach (TurnPeer peer in _peers.All.Where(p => p.Address.Address == address))
        {
            peer.Refuse(reason);
        }
    }

    /// <summary>A channel stands, or with 0 does no longer. On the loop.</summary>
    public void SetChannel(TransportAddress address, ushort channel)
    {
        if (_peers.TryGet(address, out TurnPeer? peer))
        {
            peer.Channel = channel;
        }
    }

    /// <summary>A new allocation is being made: every permission and channel is asked for again, by the machine. On the loop.</summary>
    public void StartOver()
    {
        _path = null;
        foreach (TurnPeer peer in _peers.All.Where(p => p.State == TurnPeerState.Permitted))
        {
            peer.Channel = 0;
            peer.BeginAsking();
        }
    }

    /// <summary>Ends everything that waits. The first reason counts. Thread safe.</summary>
    public void End(TurnException reason)
    {
        _endReason ??= reason;
        _path = null;
        foreach (TurnPeer peer in _peers.All)
        {
            peer.Refuse(_endReason);
        }
    }

    private TurnPeer? Find(TransportAddress address) =>
        _peers.TryGet(address, out TurnPeer? peer) && peer.State == TurnPeerState.Permitted ? peer : null;

    // Why a datagram cannot go now; a peer that nobody has asked about is asked about.
    private IceSendResult Refusal(TransportAddress address)
    {
        if (_endReason is not null)
        {
            return IceSendResult.Closed;
        }

        TurnPeer? peer = _peers.GetOrAdd(address);
        if (peer?.State == TurnPeerState.Refused)
        {
            return IceSendResult.Unreachable;
        }

        if (peer is not null)
        {
            Ask(peer);
        }

        return IceSendResult.NoRoute;
    }

    private void Ask(TurnPeer peer)
    {
        if (!peer.BeginAsking())
        {
            return;
        }

        if (_endReason is { } over)
        {
            peer.Refuse(over);
        }
        else
        {
            ask(peer);
        }
    }
}
