using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Allocate: checks in the order of RFC 8656 §7.2, asks the host for the socket, and answers when it is open.</summary>
internal sealed class AllocateHandler(
    StunTurnServerOptions options,
    AllocationTable allocations,
    RelayAddressBook addresses,
    RelayPortChooser ports,
    ServerResponses responses,
    ServerOutbox outbox,
    ServerNotices notices)
{
    private const byte UdpProtocol = 17;
    private const int MaxRefusals = 16;

    public void Handle(MonotonicTime now, in ServerRequest request, in StunReader message)
    {
        if (allocations.TryFind(request.FiveTuple, out Allocation? existing))
        {
            Repeat(now, request, existing);
            return;
        }

        int error = Check(request, message, out IpFamily family);
        if (error == 420)
        {
            responses.UnknownAttributes(now, request, [StunAttributeType.DontFragment]);
            return;
        }

        TransportAddress relayed = default;
        error = error != 0 ? error : Choose(request, family, out relayed);
        if (error != 0)
        {
            responses.Error(now, request, error);
            return;
        }

        Allocation allocation = new(request, addresses.NewHandle(), relayed, AllocationLifetime.Granted(options, message), options);
        allocations.Add(allocation);
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
        allocation.Response = responses.Send(now, request, ref writer, buffer).ToArray();
        notices.Tell(new AllocationCreated(request.FiveTuple.Client, allocation.Relayed, allocation.Username));
    }

    public void Refused(MonotonicTime now, Allocation allocation)
    {
        if (++allocation.Refusals < MaxRefusals && ports.TryChoose(allocation.Relayed.Address, out TransportAddress other))
        {
            allocations.MoveTo(allocation, addresses.NewHandle(), other);
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

    private int Choose(in ServerRequest request, IpFamily family, out TransportAddress relayed)
    {
        relayed = default;
        if (!addresses.TryChoose(request.FiveTuple.Listener, family, out IpAddress address))
        {
            return 440;
        }

        if (allocations.CountOf(request.Username) >= options.MaxAllocationsPerUser)
        {
            return 486;
        }

        return ports.TryChoose(address, out relayed) ? 0 : 508;
    }

    private static int Check(in ServerRequest request, in StunReader message, out IpFamily family)
    {
        family = IpFamily.IPv4;
        if (message.GetByte(StunAttributeType.RequestedTransport, out byte protocol) != StunAttributeStatus.Ok)
        {
            return 400;
        }

        if (protocol != UdpProtocol)
        {
            return 442;
        }

        // DF cannot be set here, and RFC 8656 §7.2 wants that told before anything is allocated.
        if (message.Has(StunAttributeType.DontFragment))
        {
            return 420;
        }

        if (PeerRules.IsTunnel(request.FiveTuple.Client.Address))
        {
            return 403;
        }

        StunAttributeStatus status = message.GetByte(StunAttributeType.RequestedAddressFamily, out byte requested);
        if (status == StunAttributeStatus.Missing)
        {
            return 0;
        }

        family = (IpFamily)requested;
        return status != StunAttributeStatus.Ok ? 400 : family is IpFamily.IPv4 or IpFamily.IPv6 ? 0 : 440;
    }
}
