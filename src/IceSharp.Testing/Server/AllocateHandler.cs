using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Allocate: checks in the order of RFC 8656 §7.2, asks the host for the sockets, and answers when they are open.</summary>
internal sealed class AllocateHandler(
    StunTurnServerOptions options,
    AllocationTable allocations,
    RelayAddressBook addresses,
    RelayPortChooser ports,
    PortReservations reservations,
    MobilityTickets tickets,
    ServerResponses responses,
    ServerOutbox outbox,
    ServerNotices notices)
{
    private const int MaxRefusals = 16;

    public void Handle(MonotonicTime now, in ServerRequest request, in StunReader message)
    {
        if (allocations.TryFind(request.FiveTuple, out Allocation? existing))
        {
            Repeat(now, request, existing);
            return;
        }

        ServerTransport transport = addresses.TransportOf(request.FiveTuple.Listener);
        int error = AllocateDemands.Read(request, message, options, transport, out AllocateDemands demands);
        if (error == 420)
        {
            responses.UnknownAttributes(now, request, [StunAttributeType.DontFragment]);
            return;
        }

        error = error == 0 && allocations.CountOf(request.Username) >= options.MaxAllocationsPerUser ? 486 : error;
        if (error != 0)
        {
            responses.Error(now, request, error);
            return;
        }

        // RFC 8016 §5: without credentials a ticket is safe under encryption only.
        bool givesTicket = demands.WantsTicket && (request.Credential.Key is not null || transport == ServerTransport.Tls);
        Allocation allocation = new(request, AllocationLifetime.Granted(options, message, request.Credential), options)
        {
            Ports = demands.Ports,
            IsClaimed = !demands.Token.IsEmpty,
            IsTcp = demands.IsTcp,
            TicketId = givesTicket ? tickets.NewId() : 0,
        };
        error = Choose(request, demands, allocation);
        if (error != 0)
        {
            responses.Error(now, request, error);
            return;
        }

        allocations.Add(allocation);
        Reserve(now, allocation);
        allocation.Relays.ForEach(r => Open(allocation, r));
    }

    public void Opened(MonotonicTime now, Allocation allocation, ServerRelay relay)
    {
        relay.IsOpen = true;
        Complete(now, allocation);
    }

    public void Refused(MonotonicTime now, Allocation allocation, ServerRelay relay)
    {
        if (allocation.Token is { } token)
        {
            reservations.TryClaim(token, out _);
            allocation.Token = null;
        }

        // A claimed port is that one or none.
        if (!allocation.IsClaimed && ++relay.Refusals < MaxRefusals && ports.TryChoose(relay.Address.Address, allocation.Ports, out TransportAddress other))
        {
            allocations.MoveTo(allocation, relay, addresses.NewHandle(), other);
            Reserve(now, allocation);
            Open(allocation, relay);
            return;
        }

        allocation.Missing.Add((relay.Address.Family, 508));
        allocations.Remove(allocation, relay);
        if (allocation.Relays.Count > 0)
        {
            Complete(now, allocation);
            return;
        }

        allocations.Remove(allocation);
        responses.Error(now, allocation.CreatedBy, 508);
    }

    private void Open(Allocation allocation, ServerRelay relay) =>
        notices.Ask(allocation.IsTcp ? new ListenRelaySocket(relay.Socket, relay.Address) : new OpenRelaySocket(relay.Socket, relay.Address));

    private void Complete(MonotonicTime now, Allocation allocation)
    {
        if (allocation.IsOpen || !allocation.Relays.TrueForAll(r => r.IsOpen))
        {
            return;
        }

        ServerRequest request = allocation.CreatedBy;
        StunWriter writer = responses.Success(request, out byte[] buffer);
        foreach (ServerRelay relay in allocation.Relays)
        {
            allocations.SetExpiry(relay, now + allocation.Lifetime);
            writer.AddXorAddress(StunAttributeType.XorRelayedAddress, relay.Address);
        }

        writer.AddUInt32(StunAttributeType.Lifetime, (uint)allocation.Lifetime.TotalSeconds);
        writer.AddXorAddress(StunAttributeType.XorMappedAddress, request.FiveTuple.Client);
        if (allocation.Token is { } token)
        {
            writer.AddBytes(StunAttributeType.ReservationToken, token);
        }

        foreach ((IpFamily family, int code) in allocation.Missing)
        {
            // The client learns which of both it did not get, and why (RFC 8656 §7.2).
            writer.AddAddressErrorCode(family, code, ServerResponses.Reason(code));
        }

        if (allocation.TicketId != 0)
        {
            writer.AddBytes(StunAttributeType.MobilityTicket, tickets.Issue(allocation));
        }

        allocation.Response = responses.Send(now, request, ref writer, buffer).ToArray();
        notices.Tell(new AllocationCreated(request.FiveTuple.Client, allocation.Relayed, allocation.Username));
    }

    private void Repeat(MonotonicTime now, in ServerRequest request, Allocation existing)
    {
        if (!existing.IsCreatedBy(request.TransactionId))
        {
            responses.Error(now, request, 437);
            return;
        }

        // While the socket is being opened there is nothing to say yet: the one answer to come serves this copy too.
        if (existing.Response is { } response)
        {
            outbox.Send(request.FiveTuple.Listener, request.FiveTuple.Client, response);
        }
    }

    private void Reserve(MonotonicTime now, Allocation allocation)
    {
        if (allocation.Ports == PortDemand.EvenAndNext)
        {
            allocation.Token = reservations.Reserve(now, RelayPortChooser.Next(allocation.Relayed));
        }
    }

    // One address, or one of each family: then one that cannot be had is told of, and only both are an error (RFC 8656 §7.2).
    private int Choose(in ServerRequest request, in AllocateDemands demands, Allocation allocation)
    {
        if (!demands.Token.IsEmpty)
        {
            return reservations.TryClaim(demands.Token, out TransportAddress claimed) ? Add(allocation, claimed) : 508;
        }

        int error = ChooseOf(request, demands.Family, demands.Ports, allocation);
        if (!demands.WantsIPv6Too)
        {
            return error;
        }

        int second = ChooseOf(request, IpFamily.IPv6, PortDemand.Any, allocation);
        if (error != 0 && second != 0)
        {
            return 508;
        }

        if (error != 0 || second != 0)
        {
            allocation.Missing.Add(error != 0 ? (demands.Family, error) : (IpFamily.IPv6, second));
        }

        return 0;
    }

    private int ChooseOf(in ServerRequest request, IpFamily family, PortDemand demand, Allocation allocation)
    {
        if (options.RefusedFamilies.Contains(family) || !addresses.TryChoose(request.FiveTuple.Listener, family, out IpAddress address))
        {
            return 440;
        }

        return ports.TryChoose(address, demand, out TransportAddress relayed) ? Add(allocation, relayed) : 508;
    }

    private int Add(Allocation allocation, TransportAddress relayed)
    {
        allocation.Relays.Add(new ServerRelay(addresses.NewHandle(), relayed));
        return 0;
    }
}
