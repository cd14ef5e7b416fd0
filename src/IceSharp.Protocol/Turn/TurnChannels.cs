using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Turn;

/// <summary>Asks for channels, binds them again in time, and tells what came of it (RFC 8656 §12).</summary>
internal sealed class TurnChannels(TurnExchange exchange, TurnEventQueue events, TurnRelays relays, int capacity)
{
    private readonly TurnChannelTable _table = new(capacity);
    private bool _isOpen;

    public MonotonicTime NextDeadline => _table.NextDeadline;

    /// <summary>The number that data for a peer may be sent on: only after the server has confirmed it (RFC 8656 §12).</summary>
    public bool TryGetNumber(TransportAddress peer, out ushort number)
    {
        bool stands = _table.TryFind(peer, out TurnChannel? channel) && channel.IsBound;
        number = stands ? channel!.Number : default;
        return stands;
    }

    /// <summary>The channel that data on a number belongs to: as soon as the server was asked for it, since its data may overtake its answer.</summary>
    public bool TryFindReceiving(ushort number, [NotNullWhen(true)] out TurnChannel? channel) =>
        _table.TryFind(number, out channel) && (channel.IsBound || channel.WasAsked);

    /// <summary>Wants a channel; before there is an allocation it waits for one.</summary>
    /// <returns>False when no more fit.</returns>
    public bool Request(TransportAddress peer)
    {
        if (!_table.TryFind(peer, out TurnChannel? channel))
        {
            if (_isOpen && !relays.Serves(peer.Family))
            {
                events.Add(Refused(peer, TurnFailure.PeerAddressFamilyMismatch, TurnErrorCode.PeerAddressFamilyMismatch));
                return true;
            }

            if (!_table.TryAdd(peer, out channel))
            {
                return false;
            }
        }

        // A channel that has run out is bound again under its old number, which needs no quarantine.
        if (_isOpen && !channel.IsBound && !channel.IsAsking)
        {
            Ask(channel);
        }

        return true;
    }

    /// <summary>Begins to ask: there is an allocation.</summary>
    public void Open()
    {
        _isOpen = true;
        DropUnserved();
        foreach (TurnChannel channel in _table.Unasked())
        {
            Ask(channel);
        }
    }

    /// <summary>Turns away the peers whose family has no relayed address (any more).</summary>
    public void DropUnserved()
    {
        foreach (TransportAddress peer in _table.PeersOutside(relays))
        {
            _table.TryFind(peer, out TurnChannel? channel);
            _table.Remove(channel!);
            events.Add(Refused(peer, TurnFailure.PeerAddressFamilyMismatch, TurnErrorCode.PeerAddressFamilyMismatch));
        }
    }

    /// <summary>The allocation is gone; what was asked for waits for the next one.</summary>
    public void Suspend()
    {
        _isOpen = false;
        _table.Suspend();
    }

    public void OnSucceeded(MonotonicTime now, in TurnResult result)
    {
        TurnChannel channel = result.Request!.Channel!;
        if (_table.Bind(now, channel, result.FirstSent))
        {
            events.Add(new TurnEvent(TurnEventKind.ChannelBound) { Peer = channel.Peer.Address, PeerPort = channel.Peer.Port, Channel = channel.Number });
        }
    }

    public void OnFailed(MonotonicTime now, in TurnResult result)
    {
        TurnChannel channel = result.Request!.Channel!;
        if (result.IsSilence)
        {
            // While the allocation lives, silence is answered by asking again.
            _table.Doubt(now, channel);
            Ask(channel);
            return;
        }

        _table.Refuse(channel);
        if (!channel.IsBound)
        {
            events.Add(Refused(channel.Peer, result.Failure, result.ErrorCode) with { ReasonPhrase = result.ReasonPhrase });
        }
    }

    public void HandleTimeout(MonotonicTime now)
    {
        while (_table.TryTakeDue(now, out TurnChannel? due))
        {
            if (!due.IsAsking)
            {
                Ask(due);
            }
        }

        while (_table.TryTakeExpired(now, out TurnChannel? expired))
        {
            events.Add(Refused(expired.Peer, TurnFailure.Expired, 0));
        }

        _table.Forget(now);
    }

    public void Clear() => _table.Clear();

    private void Ask(TurnChannel channel)
    {
        channel.IsAsking = true;
        exchange.Enqueue(new TurnRequest(TurnRequestKind.ChannelBind) { Channel = channel });
    }

    private static TurnEvent Refused(TransportAddress peer, TurnFailure failure, int code) =>
        new(TurnEventKind.ChannelRefused) { Peer = peer.Address, PeerPort = peer.Port, Failure = failure, ErrorCode = code };
}
