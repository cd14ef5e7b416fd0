using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Refresh: more time, the end of an allocation or of one of its families, and the move of a client to another address (RFC 8656 §8.2, RFC 8016 §3.2.2).</summary>
internal sealed class RefreshHandler(
    StunTurnServerOptions options, AllocationTable allocations, AllocationEnd end, MobilityTickets tickets, ServerResponses responses)
{
    /// <summary>Finds the allocation that a Refresh is about: by its ticket where it has one, otherwise by the 5-tuple.</summary>
    /// <returns>0, or the code of the error that it gets.</returns>
    public int Find(in ServerRequest request, in StunReader message, out Allocation? allocation)
    {
        if (options.Mobility == ServerMobility.Unknown || !message.TryFind(StunAttributeType.MobilityTicket, out StunAttribute ticket))
        {
            return allocations.TryFind(request.FiveTuple, out allocation) && allocation.IsOpen ? 0 : 437;
        }

        allocation = null;
        if (options.Mobility == ServerMobility.Forbidden)
        {
            return 405;
        }

        if (!tickets.TryOpen(ticket.Value, out long id, out long number))
        {
            return 400;
        }

        allocation = allocations.FindByTicket(id);
        return allocation is null ? 437
            : allocation.TicketNumber != number || allocation.FiveTuple == request.FiveTuple ? 400
            : allocations.TryFind(request.FiveTuple, out _) ? 437
            : 0;
    }

    public void Handle(MonotonicTime now, in ServerRequest request, in StunReader message, Allocation allocation)
    {
        StunAttributeStatus status = message.GetByte(StunAttributeType.RequestedAddressFamily, out byte family);
        ServerRelay? only = null;
        if (status != StunAttributeStatus.Missing && !allocation.TryFindRelay((IpFamily)family, out only))
        {
            responses.Error(now, request, status == StunAttributeStatus.Ok ? 443 : 400);
            return;
        }

        if (AllocationLifetime.IsMalformed(message))
        {
            responses.Error(now, request, 400);
            return;
        }

        bool moves = options.Mobility == ServerMobility.Offered && message.Has(StunAttributeType.MobilityTicket);
        if (moves)
        {
            allocations.Move(allocation, request.FiveTuple);
        }

        if (request.Credential.IsToken)
        {
            allocation.Credential = request.Credential;
        }

        TimeSpan granted = TimeSpan.Zero;
        if (!AllocationLifetime.IsRelease(message))
        {
            granted = AllocationLifetime.Granted(options, message, request.Credential);
            allocation.Relays.FindAll(r => only is null || r == only).ForEach(r => allocations.SetExpiry(r, now + granted));
        }
        else if (only is not null && allocation.Relays.Count > 1)
        {
            end.Drop(allocation, only);
        }
        else
        {
            end.End(allocation, wasReleased: true);
        }

        StunWriter writer = responses.Success(request, out byte[] buffer);
        writer.AddUInt32(StunAttributeType.Lifetime, (uint)granted.TotalSeconds);
        if (moves)
        {
            writer.AddBytes(StunAttributeType.MobilityTicket, tickets.Issue(allocation));
        }

        responses.Send(now, request, ref writer, buffer);
    }
}
