using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Turn;

/// <summary>What comes from outside, but for the verbs of the API: messages, time, the ends of sockets. Only from the server, and only on sockets of this allocation.</summary>
internal sealed class TurnIntake(TurnParts parts, TurnProgress progress)
{
    private readonly TurnExchange _exchange = parts.Exchange;
    private readonly TurnLife _life = parts.Life;

    public Deadline NextTimeout
    {
        get
        {
            Deadline next = Deadline.Min(Deadline.Never, new Deadline(_exchange.NextDeadline, TimerReason.Transaction));
            next = Deadline.Min(next, new Deadline(parts.Lease.NextDeadline, TimerReason.AllocationRefresh));
            next = Deadline.Min(next, new Deadline(parts.Permissions.NextDeadline, TimerReason.PermissionRefresh));
            next = Deadline.Min(next, new Deadline(parts.Channels.NextDeadline, TimerReason.ChannelRebind));
            next = Deadline.Min(next, new Deadline(parts.Connections.NextDeadline, TimerReason.ConnectionAttempt));
            return Deadline.Min(next, new Deadline(progress.CloseAt, TimerReason.Close));
        }
    }

    private bool IsAllocated => _life.State == TurnAllocationState.Allocated;

    public DatagramVerdict HandleDatagram(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        if (ChannelDataReader.LooksLikeChannelData(datagram))
        {
            DropReason reason = JudgeData(path);
            return reason != DropReason.None ? DatagramVerdict.Dropped(reason)
                : IsAllocated ? parts.Data.HandleChannelData(datagram) : DatagramVerdict.Dropped(DropReason.UnboundChannel);
        }

        return StunReader.TryParse(datagram, out StunReader message) == StunParseStatus.Ok
            ? HandleMessage(now, path, message)
            : DatagramVerdict.Dropped(DropReason.MalformedStun);
    }

    public DatagramVerdict HandleMessage(MonotonicTime now, in TransportPath path, in StunReader message)
    {
        bool isResponse = message.Class is StunClass.SuccessResponse or StunClass.ErrorResponse;
        DropReason reason = isResponse ? Judge(path) : JudgeData(path);
        if (reason != DropReason.None)
        {
            return DatagramVerdict.Dropped(reason);
        }

        if (isResponse)
        {
            return progress.HandleResponse(now, path.Socket, message);
        }

        return (message.Class, message.Method) switch
        {
            (StunClass.Indication, StunMethod.Data) => IsAllocated ? parts.Data.HandleIndication(message) : DatagramVerdict.Dropped(DropReason.NoPermission),
            (StunClass.Indication, StunMethod.ConnectionAttempt) => parts.Connections.HandleAttempt(now, message),
            _ => DatagramVerdict.Dropped(DropReason.UnexpectedMessage),
        };
    }

    public void HandleTimeout(MonotonicTime now)
    {
        _exchange.HandleTimeout(now);
        while (_exchange.TryTakeTimedOut(out TurnRequest? request, out TurnFailure failure))
        {
            progress.OnFailed(now, TurnResult.Failed(request, failure) with { IsSilence = true });
        }

        if (now >= parts.Lease.ExpiresAt && !parts.Lease.ExpiresAt.IsNever)
        {
            progress.Lose(now, parts.Lease.ReasonOfExpiry);
        }

        if (now >= progress.CloseAt && !progress.CloseAt.IsNever)
        {
            progress.OnReleased(now);
        }

        parts.Lease.HandleTimeout(now);
        parts.Permissions.HandleTimeout(now);
        parts.Channels.HandleTimeout(now);
        parts.Connections.HandleTimeout(now);
    }

    public void HandleUnreachable(MonotonicTime now, TransportAddress destination)
    {
        if (destination != parts.Server)
        {
            return;
        }

        if (_life.State == TurnAllocationState.Allocating && progress.Allocate.IsInFlight)
        {
            progress.MoveTo(TurnAllocationState.Failed, TurnResult.Because(TurnFailure.Unreachable));
        }
        else if (IsAllocated)
        {
            parts.Lease.Probe(now);
        }
    }

    public void HandleStreamClosed(MonotonicTime now, SocketHandle stream)
    {
        TurnResult why = TurnResult.Because(TurnFailure.StreamClosed);
        if (_life.IsOver || stream.IsNone)
        {
            return;
        }

        if (stream == parts.Mobility.Target)
        {
            _exchange.Forget(stream);
            parts.Mobility.OnFailed(why);
        }
        else if (parts.Connections.Owns(stream))
        {
            _exchange.Forget(stream);
            parts.Connections.HandleStreamClosed(stream);
        }
        else if (stream == _exchange.Socket)
        {
            OnControlClosed(now, why);
        }
    }

    public void Close(MonotonicTime now)
    {
        bool mayHaveAllocated = progress.Allocate.IsInFlight && (TurnAuthentication.IsAuthenticated(progress.Allocate) || !parts.Authentication.HasCredential);
        switch (_life.State)
        {
            case TurnAllocationState.Allocated:
            // The server may be about to make an allocation. Without credentials in the request it only challenges, unless it asks nobody for any.
            case TurnAllocationState.Allocating or TurnAllocationState.Reallocating when mayHaveAllocated:
                progress.Release(now, default);
                break;
            case TurnAllocationState.Idle or TurnAllocationState.Allocating or TurnAllocationState.Reallocating:
                progress.MoveTo(TurnAllocationState.Closed);
                break;
        }
    }

    // With the control connection the server's side of the allocation goes too (RFC 8656 §6).
    private void OnControlClosed(MonotonicTime now, in TurnResult why)
    {
        switch (_life.State)
        {
            case TurnAllocationState.Closing:
                progress.OnReleased(now);
                break;
            case TurnAllocationState.Allocating:
                progress.MoveTo(TurnAllocationState.Failed, why);
                break;
            case TurnAllocationState.Allocated or TurnAllocationState.Reallocating:
                progress.Lose(now, why, needsStream: true);
                break;
        }
    }

    private DropReason Judge(in TransportPath path)
    {
        if (_life.IsOver)
        {
            return DropReason.Closed;
        }

        bool isOurs = path.Socket == _exchange.Socket || (path.Socket == parts.Mobility.Target && !path.Socket.IsNone) || parts.Connections.Owns(path.Socket);
        return !isOurs ? DropReason.UnknownSocket : path.Remote == parts.Server ? DropReason.None : DropReason.UnexpectedSource;
    }

    // Data comes by the allocation's own 5-tuple; while it moves also by the new one, where the server may be ahead of its answer.
    private DropReason JudgeData(in TransportPath path)
    {
        DropReason reason = Judge(path);
        return reason == DropReason.None && path.Socket != _exchange.Socket && path.Socket != parts.Mobility.Target ? DropReason.UnknownSocket : reason;
    }
}
