using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Allocate: checks in the order of RFC 8656 §7.2, asks the host for the socket, and answers when it is open.</summary>
internal sealed class AllocateHandler(
    StunTurnServerOptions options,
    AllocationTable allocations,
    RelayAddressBook addresses,
    RelayPortChooser ports,
    PortReservations reservations,
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

        int error = AllocateDemands.Read(request, message, out AllocateDemands demands);
        if (error == 420)
        {
            responses.UnknownAttributes(now, request, [StunAttributeType.DontFragment]);
            return;
        }

        TransportAddress relayed = default;
        error = error != 0 ? error : Choose(request, demands, out relayed);
        if (error != 0)
        {
            responses.Error(now, request, error);
            return;
        }

        Allocation allocation = new(request, addresses.NewHandle(), relayed, AllocationLifetime.Granted(options, message), options)
        {
            Ports = demands.Ports,
            IsClaimed = !demands.Token.IsEmpty,
            WantsIPv6Too = demands.WantsIPv6Too,
        };
        allocations.Add(allocation);
        Reserve(now, allocation);
        notices.Ask(new OpenRelaySocket(allocation.RelaySocket, relayed));
    }

    public void Opened(MonotonicTime now, Allocation allocation)
    {
        ServerRequest request = allocation.CreatedBy;
        allocations.SetExpiry(allocation, now + allocation.Lifetime);
        StunWriter writer = ServerResponses.Success(request, out byte[] buffer);
        writer.AddXorAddress(StunAttributeType.XorRelayedAddress, allocation.Relayed);
        writer.AddUInt32(StunAttributeType.Lifetime, (uint)allocation.Lifetime.TotalSeconds);
        writer.AddXorAddress(StunAttributeType.XorMappedAddress, request.FiveTuple.Client);
        if (allocation.Token is { } token)
        {
            writer.AddBytes(StunAttributeType.ReservationToken, token);
        }

        if (allocation.WantsIPv6Too)
        {
            // One family an allocation here, and the client learns which one it did not get (RFC 8656 §7.2).
            writer.AddAddressErrorCode(IpFamily.IPv6, 440, "Address Family not Supported");
        }

        allocation.Response = responses.Send(now, request, ref writer, buffer).ToArray();
        notices.Tell(new AllocationCreated(request.FiveTuple.Client, allocation.Relayed, allocation.Username));
    }

    public void Refused(MonotonicTime now, Allocation allocation)
    {
        if (allocation.Token is { } token)
        {
            reservations.TryClaim(token, out _);
            allocation.Token = null;
        }

        // A claimed port is that one or none.
        if (!allocation.IsClaimed && ++allocation.Refusals < MaxRefusals && ports.TryChoose(allocation.Relayed.Address, allocation.Ports, out TransportAddress other))
        {
            allocations.MoveTo(allocation, addresses.NewHandle(), other);
            Reserve(now, allocation);
            notices.Ask(new OpenRelaySocket(allocation.RelaySocket, other));
            return;
        }

        allocations.Remove(allocation);
        responses.Error(now, allocation.CreatedBy, 508);
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

    private int Choose(in ServerRequest request, in AllocateDemands demands, out TransportAddress relayed)
    {
        relayed = default;
        IpAddress address = default;
        if (demands.Token.IsEmpty && !addresses.TryChoose(request.FiveTuple.Listener, demands.Family, out address))
        {
            return 440;
        }

        if (allocations.CountOf(request.Username) >= options.MaxAllocationsPerUser)
        {
            return 486;
        }

        bool chosen = demands.Token.IsEmpty ? ports.TryChoose(address, demands.Ports, out relayed) : reservations.TryClaim(demands.Token, out relayed);
        return chosen ? 0 : 508;
    }
}
