using IceSharp.Protocol;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>The requests about an allocation that stands: Refresh, CreatePermission, ChannelBind (RFC 8656 §8, §10, §12).</summary>
internal sealed class AllocationRequestHandler(StunTurnServerOptions options, AllocationTable allocations, PeerRules peers, ServerResponses responses, ServerNotices notices)
{
    public void Handle(MonotonicTime now, in ServerRequest request, in StunReader message)
    {
        if (!allocations.TryFind(request.FiveTuple, out Allocation? allocation) || !allocation.IsOpen)
        {
            responses.Error(now, request, 437);
            return;
        }

        if (allocation.Username != request.Username)
        {
            responses.Error(now, request, 441);
            return;
        }

        switch (request.Method)
        {
            case StunMethod.Refresh:
                Refresh(now, request, message, allocation);
                break;
            case StunMethod.CreatePermission:
                CreatePermission(now, request, message, allocation);
                break;
            default:
                ChannelBind(now, request, message, allocation);
                break;
        }
    }

    public void End(Allocation allocation, bool wasReleased)
    {
        allocations.Remove(allocation);
        notices.Ask(new CloseRelaySocket(allocation.RelaySocket));
        notices.Tell(new AllocationEnded(allocation.FiveTuple.Client, allocation.Relayed, wasReleased));
    }

    private void Refresh(MonotonicTime now, in ServerRequest request, in StunReader message, Allocation allocation)
    {
        StunAttributeStatus status = message.GetByte(StunAttributeType.RequestedAddressFamily, out byte family);
        if (status != StunAttributeStatus.Missing && (IpFamily)family != allocation.Relayed.Family)
        {
            responses.Error(now, request, status == StunAttributeStatus.Ok ? 443 : 400);
            return;
        }

        if (AllocationLifetime.IsMalformed(message))
        {
            responses.Error(now, request, 400);
            return;
        }

        TimeSpan granted = TimeSpan.Zero;
        if (AllocationLifetime.IsRelease(message))
        {
            End(allocation, wasReleased: true);
        }
        else
        {
            granted = AllocationLifetime.Granted(options, message);
            allocations.SetExpiry(allocation, now + granted);
        }

        StunWriter writer = ServerResponses.Success(request, out byte[] buffer);
        writer.AddUInt32(StunAttributeType.Lifetime, (uint)granted.TotalSeconds);
        responses.Send(now, request, ref writer, buffer);
    }

    // All or nothing: every address is judged before the first permission is installed (RFC 8656 §10.2).
    private void CreatePermission(MonotonicTime now, in ServerRequest request, in StunReader message, Allocation allocation)
    {
        List<IpAddress> addresses = [];
        int error = 0;
        foreach (StunAttribute attribute in message)
        {
            if (attribute.Type != StunAttributeType.XorPeerAddress)
            {
                continue;
            }

            if (attribute.ReadXorAddress(message.TransactionId, out TransportAddress peer) != StunAttributeStatus.Ok)
            {
                error = 400;
                break;
            }

            error = error != 0 ? error : JudgePeer(allocation, peer.Address);
            addresses.Add(peer.Address);
        }

        if (addresses.Count == 0)
        {
            error = 400;
        }
        else if (error == 0 && !allocation.Permissions.HasRoomFor(now, addresses))
        {
            error = 508;
        }

        if (error != 0)
        {
            responses.Error(now, request, error);
            return;
        }

        addresses.ForEach(a => allocation.Permissions.Install(now, a));
        Succeed(now, request);
    }

    private void ChannelBind(MonotonicTime now, in ServerRequest request, in StunReader message, Allocation allocation)
    {
        bool complete = message.GetUInt16(StunAttributeType.ChannelNumber, out ushort number) == StunAttributeStatus.Ok
            & message.GetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer) == StunAttributeStatus.Ok;
        int error = !complete || !ChannelDataWriter.IsChannelNumber(number) ? 400 : JudgePeer(allocation, peer.Address);
        if (error == 0)
        {
            bool hasRoom = allocation.Channels.HasRoomFor(now, number) && allocation.Permissions.HasRoomFor(now, [peer.Address]);
            error = !allocation.Channels.Agrees(now, number, peer) ? 400 : hasRoom ? 0 : 508;
        }

        if (error != 0)
        {
            responses.Error(now, request, error);
            return;
        }

        allocation.Channels.Bind(now, number, peer);
        allocation.Permissions.Install(now, peer.Address);
        Succeed(now, request);
    }

    private int JudgePeer(Allocation allocation, IpAddress peer) =>
        peer.Family != allocation.Relayed.Family ? 443 : peers.Forbids(peer) ? 403 : 0;

    private void Succeed(MonotonicTime now, in ServerRequest request)
    {
        StunWriter writer = ServerResponses.Success(request, out byte[] buffer);
        responses.Send(now, request, ref writer, buffer);
    }
}
