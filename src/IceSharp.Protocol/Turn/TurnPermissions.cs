namespace IceSharp.Protocol.Turn;

/// <summary>Asks for permissions, several peers at a time, keeps them alive, and tells what came of it (RFC 8656 §9, §10).</summary>
internal sealed class TurnPermissions(TurnExchange exchange, TurnEventQueue events, TurnRelays relays, int capacity)
{
    // Keeps a request of IPv6 peers below 200 bytes, so that it fits beside any credentials.
    private const int MaxPeersInRequest = 8;

    private readonly TurnPermissionTable _table = new(capacity);
    private bool _isOpen;
    private bool _gatherPending;

    public MonotonicTime NextDeadline => _table.NextDeadline;

    public bool IsInstalled(IpAddress peer) => _table.IsInstalled(peer);

    /// <summary>Wants a permission; before there is an allocation it waits for one.</summary>
    /// <returns>False when no more peers fit.</returns>
    public bool Request(IpAddress peer)
    {
        if (_table.TryFind(peer, out _))
        {
            return true;
        }

        if (_isOpen && !relays.Serves(peer.Family))
        {
            events.Add(Refused(peer, TurnFailure.PeerAddressFamilyMismatch, TurnErrorCode.PeerAddressFamilyMismatch));
            return true;
        }

        if (!_table.TryAdd(peer, isWanted: true, out _))
        {
            return false;
        }

        Gather();
        return true;
    }

    /// <summary>Begins to ask: there is an allocation.</summary>
    public void Open()
    {
        _isOpen = true;
        DropUnserved();
        Gather();
    }

    /// <summary>Turns away the peers whose family has no relayed address (any more).</summary>
    public void DropUnserved()
    {
        foreach (IpAddress peer in _table.PeersOutside(relays))
        {
            _table.TryFind(peer, out TurnPermission? permission);
            _table.Remove(permission!);
            events.Add(Refused(peer, TurnFailure.PeerAddressFamilyMismatch, TurnErrorCode.PeerAddressFamilyMismatch));
        }
    }

    /// <summary>The allocation is gone; what was asked for waits for the next one.</summary>
    public void Suspend()
    {
        _isOpen = false;
        _gatherPending = false;
        _table.Suspend();
    }

    /// <summary>Fills a CreatePermission that starts now with the peers that wait.</summary>
    /// <returns>False when nobody waits any more.</returns>
    public bool Fill(TurnRequest request)
    {
        if (request.Peers.Count == 0)
        {
            _gatherPending = false;
            _table.Collect(request.Peers, MaxPeersInRequest);
            Gather();
        }

        return request.Peers.Count > 0;
    }

    public void OnSucceeded(in TurnResult result)
    {
        foreach (IpAddress peer in result.Request!.Peers)
        {
            // The server counts from when it got the request; the client from when it first sent it, which is never later.
            if (_table.TryFind(peer, out TurnPermission? permission) && _table.Install(permission, result.FirstSent))
            {
                events.Add(new TurnEvent(TurnEventKind.PermissionInstalled) { Peer = peer });
            }
        }
    }

    /// <summary>A channel brings its peer a permission (RFC 8656 §12.2).</summary>
    public void OnChannelBound(IpAddress peer, MonotonicTime since)
    {
        if ((_table.TryFind(peer, out TurnPermission? permission) || _table.TryAdd(peer, isWanted: false, out permission))
            && _table.Install(permission, since))
        {
            events.Add(new TurnEvent(TurnEventKind.PermissionInstalled) { Peer = peer });
        }
    }

    public void OnFailed(in TurnResult result)
    {
        bool isSilence = result.IsSilence;
        bool concernsOnePeer = result.ErrorCode is not (0 or TurnErrorCode.Unauthenticated or TurnErrorCode.StaleNonce);
        List<IpAddress> peers = result.Request!.Peers;
        foreach (IpAddress peer in peers)
        {
            if (!_table.TryFind(peer, out TurnPermission? permission))
            {
                continue;
            }

            if (isSilence && permission.IsInstalled)
            {
                _table.WantAgain(permission);
            }
            else if (concernsOnePeer && peers.Count > 1)
            {
                // One forbidden peer must not block the others: each is asked for alone (RFC 8656 §10.2 installs all or none).
                TurnRequest alone = new(TurnRequestKind.CreatePermission);
                alone.Peers.Add(peer);
                exchange.Enqueue(alone);
            }
            else
            {
                _table.Remove(permission);
                events.Add(Refused(peer, result.Failure, result.ErrorCode) with { ReasonPhrase = result.ReasonPhrase });
            }
        }

        Gather();
    }

    public void HandleTimeout(MonotonicTime now)
    {
        while (_table.TryTakeExpired(now, out TurnPermission? expired))
        {
            events.Add(Refused(expired.Peer, TurnFailure.Expired, 0));
        }

        Gather();
    }

    public void Clear()
    {
        _table.Clear();
        _gatherPending = false;
    }

    private static TurnEvent Refused(IpAddress peer, TurnFailure failure, int code) =>
        new(TurnEventKind.PermissionRefused) { Peer = peer, Failure = failure, ErrorCode = code };

    // One request collects all that want a permission by the time it starts.
    private void Gather()
    {
        if (_isOpen && !_gatherPending && _table.AnyWanted)
        {
            _gatherPending = true;
            exchange.Enqueue(new TurnRequest(TurnRequestKind.CreatePermission));
        }
    }
}
