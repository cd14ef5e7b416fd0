using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Turn;

/// <summary>What the answers of the server make of an allocation: one place for every outcome of every request.</summary>
internal sealed class TurnProgress(TurnParts parts, TurnServerMemory? memory)
{
    private readonly TurnAllocationSettings _settings = parts.Settings;
    private readonly TurnExchange _exchange = parts.Exchange;
    private readonly TurnLife _life = parts.Life;
    private readonly TurnReallocation _reallocation = new(parts);
    private bool _wasAllocated;

    public TimeSpan? RoundTripTime { get; private set; }

    public AlternateServer? Redirect { get; private set; }

    /// <summary>Decides on redirections; there from the start of allocating on.</summary>
    public AlternateServerGuard? Redirects { get; set; }

    /// <summary>When a release has waited long enough for its answer; Never when none is under way.</summary>
    public MonotonicTime CloseAt { get; private set; } = MonotonicTime.Never;

    /// <summary>The Allocate that is under way or was last.</summary>
    public TurnRequest Allocate { get; private set; } = new(TurnRequestKind.Allocate);

    /// <summary>Begins to allocate, or fails at once where the server is not to be asked yet.</summary>
    public void Start(MonotonicTime now)
    {
        TurnFailure block = memory?.GetBlock(now, parts.Server, _settings.RelayedFamily, out _) ?? TurnFailure.None;
        if (block != TurnFailure.None)
        {
            MoveTo(TurnAllocationState.Failed, TurnResult.Because(block));
            return;
        }

        MoveTo(TurnAllocationState.Allocating);
        Ask(now);
    }

    /// <summary>Takes a response of the server.</summary>
    public DatagramVerdict HandleResponse(MonotonicTime now, SocketHandle socket, in StunReader message)
    {
        TurnResult result = _exchange.HandleResponse(now, socket, message);
        RoundTripTime = result.RoundTrip ?? RoundTripTime;
        switch (result.Kind)
        {
            case TurnResultKind.Succeeded:
                OnSucceeded(now, result, message);
                break;
            case TurnResultKind.Failed:
                TakeRedirect(now, result, message);
                OnFailed(now, result);
                break;
        }

        return result.Kind == TurnResultKind.Dropped ? DatagramVerdict.Dropped(result.DropReason) : DatagramVerdict.Consumed;
    }

    /// <summary>Takes the failure of a request.</summary>
    public void OnFailed(MonotonicTime now, in TurnResult result)
    {
        TurnRequestKind kind = result.Request!.Kind;
        if (result.ErrorCode == TurnErrorCode.AllocationMismatch && _life.State == TurnAllocationState.Allocated && kind != TurnRequestKind.ConnectionBind)
        {
            Lose(now, result);
            return;
        }

        switch (kind)
        {
            case TurnRequestKind.Allocate:
                bool demandedPort = _settings.Ports != TurnPortDemand.Any || _settings.ReservationToken is not null;
                memory?.Note(now, parts.Server, _settings.RelayedFamily, result.Failure, demandedPort);
                NoteMobility(result.Request);
                MoveTo(_life.State == TurnAllocationState.Reallocating ? TurnAllocationState.Lost : TurnAllocationState.Failed, result);
                break;
            case TurnRequestKind.Release:
                OnReleased(now);
                break;
            case TurnRequestKind.ReleaseFamily:
                parts.Events.AddAlways(new TurnEvent(TurnEventKind.FamilyReleased) { Failure = result.Failure, ErrorCode = result.ErrorCode, ReasonPhrase = result.ReasonPhrase });
                break;
            case TurnRequestKind.Move:
                parts.Mobility.OnFailed(result);
                break;
            case TurnRequestKind.CreatePermission:
                parts.Permissions.OnFailed(result);
                break;
            case TurnRequestKind.ChannelBind when result.ErrorCode == TurnErrorCode.BadRequest:
                GiveUp(now, result);
                break;
            case TurnRequestKind.ChannelBind:
                parts.Channels.OnFailed(now, result);
                break;
            case TurnRequestKind.Connect or TurnRequestKind.ConnectionBind:
                parts.Connections.OnFailed(now, result);
                break;
            default:
                parts.Lease.OnFailed(result);
                break;
        }
    }

    /// <summary>The allocation is gone: the end, or the beginning of another one.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="why">What told so.</param>
    /// <param name="needsStream">Whether the next Allocate waits for a new stream to the server.</param>
    public void Lose(MonotonicTime now, in TurnResult why, bool needsStream = false)
    {
        if (_life.State == TurnAllocationState.Reallocating && needsStream)
        {
            _reallocation.AwaitStream();
        }
        else if (_life.State == TurnAllocationState.Allocated && _settings.Reallocates && _reallocation.MayBegin(now))
        {
            parts.Relays.Clear();
            _reallocation.Suspend(needsStream);
            MoveTo(TurnAllocationState.Reallocating, why);
            if (!needsStream)
            {
                Ask(now);
            }
        }
        else
        {
            MoveTo(_wasAllocated ? TurnAllocationState.Lost : TurnAllocationState.Failed, why);
        }
    }

    /// <summary>Goes on over a new stream to the server.</summary>
    public void OnStreamOpened(MonotonicTime now, SocketHandle stream)
    {
        if (_life.State == TurnAllocationState.Reallocating && _reallocation.TakeStream(stream))
        {
            Ask(now);
        }
    }

    // A release has ended: it was wanted, or the allocation could not be used any more, or never could.
    public void OnReleased(MonotonicTime now)
    {
        if (_life.State == TurnAllocationState.Reallocating)
        {
            Ask(now);
            return;
        }

        TurnAllocationState failed = _wasAllocated ? TurnAllocationState.Lost : TurnAllocationState.Failed;
        MoveTo(_life.Failure == TurnFailure.None ? TurnAllocationState.Closed : failed);
    }

    /// <summary>Gives the allocation back.</summary>
    public void Release(MonotonicTime now, in TurnResult why)
    {
        MoveTo(TurnAllocationState.Closing, why);
        CloseAt = now + _exchange.Patience;
        _exchange.Enqueue(new TurnRequest(TurnRequestKind.Release));
    }

    public void MoveTo(TurnAllocationState next, in TurnResult why = default)
    {
        _life.MoveTo(next, why);
        if (_life.IsOver)
        {
            _exchange.Clear();
        }
        else if (next == TurnAllocationState.Closing)
        {
            _exchange.Abandon();
        }

        if (!_life.IsActive)
        {
            StopTimers();
        }
    }

    public void StopTimers()
    {
        parts.Permissions.Clear();
        parts.Channels.Clear();
        parts.Connections.Clear();
        parts.Mobility.Clear();
        parts.Lease.End();
        CloseAt = MonotonicTime.Never;
    }

    private void Ask(MonotonicTime now)
    {
        bool mayAskIPv6 = memory is null || memory.GetBlock(now, parts.Server, IpFamily.IPv6, out _) == TurnFailure.None;
        Allocate = new TurnRequest(TurnRequestKind.Allocate)
        {
            DontFragment = _settings.DontFragment,
            AsksForTicket = _settings.UsesMobility && memory?.ForbidsMobility(parts.Server) != true,
            AsksForBoth = _settings.BothFamilies && mayAskIPv6,
        };
        _exchange.Enqueue(Allocate);
    }

    private void TakeRedirect(MonotonicTime now, in TurnResult result, in StunReader message)
    {
        if (result.Failure == TurnFailure.TryAlternate && result.Request!.Kind == TurnRequestKind.Allocate
            && Redirects!.Decide(now, message, TurnAuthentication.IsAuthenticated(result.Request), parts.Server.Family, out AlternateServer target) == AlternateServerOutcome.Follow)
        {
            Redirect = target;
        }
    }

    private void OnSucceeded(MonotonicTime now, in TurnResult result, in StunReader message)
    {
        TurnRequest request = result.Request!;
        switch (request.Kind)
        {
            case TurnRequestKind.Allocate:
                OnAllocated(now, result, message);
                break;
            case TurnRequestKind.Refresh or TurnRequestKind.Move:
                if (request.Kind == TurnRequestKind.Move)
                {
                    parts.Mobility.OnMoved(message);
                }

                if (!parts.Lease.OnSucceeded(result, message))
                {
                    Lose(now, TurnResult.Because(TurnFailure.Expired));
                }

                break;
            case TurnRequestKind.Release:
                OnReleased(now);
                break;
            case TurnRequestKind.ReleaseFamily:
                parts.Relays.Remove(request.Family);
                parts.Permissions.DropUnserved();
                parts.Channels.DropUnserved();
                parts.Events.AddAlways(new TurnEvent(TurnEventKind.FamilyReleased) { RelayedAddress = parts.Relays.First });
                break;
            case TurnRequestKind.CreatePermission:
                parts.Permissions.OnSucceeded(result);
                break;
            case TurnRequestKind.ChannelBind:
                parts.Permissions.OnChannelBound(request.Channel!.Peer.Address, result.FirstSent);
                parts.Channels.OnSucceeded(now, result);
                break;
            default:
                parts.Connections.OnSucceeded(now, request, message);
                break;
        }
    }

    private void OnAllocated(MonotonicTime now, in TurnResult result, in StunReader message)
    {
        bool hasLifetime = message.GetUInt32(StunAttributeType.Lifetime, out uint seconds) == StunAttributeStatus.Ok;
        bool isUsable = parts.Relays.TryRead(message, _settings);
        TurnResult malformed = TurnResult.Because(TurnFailure.MalformedResponse);
        if (hasLifetime && seconds == 0)
        {
            MoveTo(_wasAllocated ? TurnAllocationState.Lost : TurnAllocationState.Failed, malformed);
        }
        else if (!hasLifetime || !isUsable)
        {
            // There is an allocation, but not one that can be used: it is given back.
            Release(now, malformed);
        }
        else
        {
            NoteSuccess(now, result.Request!);
            parts.Mobility.TakeTicket(message);
            parts.Lease.Grant(result.FirstSent, TimeSpan.FromSeconds(seconds));
            _wasAllocated = true;
            _reallocation.NoteAllocated(now);
            MoveTo(TurnAllocationState.Allocated);
            parts.Permissions.Open();
            parts.Channels.Open();
        }
    }

    // Client and server differ about what is bound; a new allocation is the way out (RFC 8656 §12.3).
    private void GiveUp(MonotonicTime now, in TurnResult why)
    {
        if (!_settings.Reallocates || !_reallocation.MayBegin(now))
        {
            Release(now, why);
            return;
        }

        parts.Relays.Clear();
        _reallocation.Suspend(needsStream: false);
        MoveTo(TurnAllocationState.Reallocating, why);
        _exchange.Enqueue(new TurnRequest(TurnRequestKind.Release));
    }

    private void NoteSuccess(MonotonicTime now, TurnRequest request)
    {
        memory?.NoteSuccess(parts.Server);
        NoteMobility(request);
        if (parts.Relays.AddressErrorCode != 0)
        {
            memory?.Note(now, parts.Server, parts.Relays.AddressErrorFamily, TurnErrorCode.ToFailure(parts.Relays.AddressErrorCode), demandedPort: false);
        }
    }

    private void NoteMobility(TurnRequest request)
    {
        if (_settings.UsesMobility && !request.AsksForTicket)
        {
            memory?.NoteMobilityForbidden(parts.Server);
        }
    }
}
