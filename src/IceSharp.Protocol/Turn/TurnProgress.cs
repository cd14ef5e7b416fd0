using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Turn;

/// <summary>What the answers of the server make of an allocation: one place for every outcome of every request.</summary>
internal sealed class TurnProgress(
    TurnAllocationSettings settings, TransportAddress server, TurnExchange exchange, TurnLife life, TurnLease lease, TurnPermissions permissions, TurnChannels channels)
{
    public TransportAddress? RelayedAddress { get; private set; }

    public TransportAddress? MappedAddress { get; private set; }

    public TimeSpan? RoundTripTime { get; private set; }

    public AlternateServer? Redirect { get; private set; }

    /// <summary>Decides on redirections; there from the start of allocating on.</summary>
    public AlternateServerGuard? Redirects { get; set; }

    /// <summary>When a release has waited long enough for its answer; Never when none is under way.</summary>
    public MonotonicTime CloseAt { get; private set; } = MonotonicTime.Never;

    /// <summary>Takes a response of the server.</summary>
    public DatagramVerdict HandleResponse(MonotonicTime now, in StunReader message)
    {
        TurnResult result = exchange.HandleResponse(now, message);
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

    private void TakeRedirect(MonotonicTime now, in TurnResult result, in StunReader message)
    {
        if (result.Failure == TurnFailure.TryAlternate && result.Request!.Kind == TurnRequestKind.Allocate
            && Redirects!.Decide(now, message, result.Request.Attempt.IsAuthenticated, server.Family, out AlternateServer target) == AlternateServerOutcome.Follow)
        {
            Redirect = target;
        }
    }

    private void OnSucceeded(MonotonicTime now, in TurnResult result, in StunReader message)
    {
        switch (result.Request!.Kind)
        {
            case TurnRequestKind.Allocate:
                OnAllocated(now, result, message);
                break;
            case TurnRequestKind.Refresh:
                if (!lease.OnSucceeded(result, message))
                {
                    MoveTo(TurnAllocationState.Lost, TurnResult.Because(TurnFailure.Expired));
                }

                break;
            case TurnRequestKind.Release:
                OnReleased();
                break;
            case TurnRequestKind.CreatePermission:
                permissions.OnSucceeded(result);
                break;
            case TurnRequestKind.ChannelBind:
                permissions.OnChannelBound(result.Request.Channel!.Peer.Address, result.FirstSent);
                channels.OnSucceeded(now, result);
                break;
        }
    }

    /// <summary>Takes the failure of a request.</summary>
    public void OnFailed(MonotonicTime now, in TurnResult result)
    {
        TurnRequestKind kind = result.Request!.Kind;
        if (result.ErrorCode == TurnErrorCode.AllocationMismatch && life.State == TurnAllocationState.Allocated)
        {
            MoveTo(TurnAllocationState.Lost, result);
        }
        else if (kind == TurnRequestKind.Allocate)
        {
            MoveTo(TurnAllocationState.Failed, result);
        }
        else if (kind == TurnRequestKind.Release)
        {
            OnReleased();
        }
        else if (kind == TurnRequestKind.CreatePermission)
        {
            permissions.OnFailed(result);
        }
        else if (kind == TurnRequestKind.ChannelBind && result.ErrorCode == TurnErrorCode.BadRequest)
        {
            // Client and server differ about what is bound; a new allocation is the way out (RFC 8656 §12.3).
            Release(now, result);
        }
        else if (kind == TurnRequestKind.ChannelBind)
        {
            channels.OnFailed(now, result);
        }
        else
        {
            lease.OnFailed(result);
        }
    }

    private void OnAllocated(MonotonicTime now, in TurnResult result, in StunReader message)
    {
        bool hasLifetime = message.GetUInt32(StunAttributeType.Lifetime, out uint seconds) == StunAttributeStatus.Ok;
        bool hasRelayed = TryReadAddress(message, StunAttributeType.XorRelayedAddress, out TransportAddress relayed);
        TurnResult malformed = TurnResult.Because(TurnFailure.MalformedResponse);
        if (hasLifetime && seconds == 0)
        {
            MoveTo(TurnAllocationState.Failed, malformed);
        }
        else if (!hasLifetime || !hasRelayed || (settings.RelayedFamily != IpFamily.None && relayed.Family != settings.RelayedFamily))
        {
            // There is an allocation, but not one that can be used: it is given back.
            Release(now, malformed);
        }
        else
        {
            RelayedAddress = relayed;
            MappedAddress = TryReadAddress(message, StunAttributeType.XorMappedAddress, out TransportAddress mapped) ? mapped : null;
            lease.Grant(result.FirstSent, TimeSpan.FromSeconds(seconds));
            MoveTo(TurnAllocationState.Allocated);
            permissions.Open(relayed.Family);
            channels.Open(relayed.Family);
        }
    }

    // Given back because it could not be used any more, because it never could, or because it was wanted no longer.
    public void OnReleased()
    {
        TurnAllocationState failed = RelayedAddress is null ? TurnAllocationState.Failed : TurnAllocationState.Lost;
        MoveTo(life.Failure == TurnFailure.None ? TurnAllocationState.Closed : failed);
    }

    /// <summary>Gives the allocation back.</summary>
    public void Release(MonotonicTime now, in TurnResult why)
    {
        MoveTo(TurnAllocationState.Closing, why);
        CloseAt = now + exchange.Schedule.FailureOffset;
        exchange.Enqueue(new TurnRequest(TurnRequestKind.Release));
    }

    private static bool TryReadAddress(in StunReader message, StunAttributeType type, out TransportAddress address)
    {
        bool ok = message.GetXorAddress(type, out address) == StunAttributeStatus.Ok;
        address = address with { Address = address.Address.Unmap() };
        return ok && address.Port != 0 && !address.Address.IsUnspecified && !address.Address.IsMulticast;
    }

    public void MoveTo(TurnAllocationState next, in TurnResult why = default)
    {
        life.MoveTo(next, why);
        if (life.IsOver)
        {
            exchange.Clear();
        }
        else if (next == TurnAllocationState.Closing)
        {
            exchange.Abandon();
        }

        if (!life.IsActive)
        {
            StopTimers();
        }
    }

    public void StopTimers()
    {
        permissions.Clear();
        channels.Clear();
        lease.End();
        CloseAt = MonotonicTime.Never;
    }
}
