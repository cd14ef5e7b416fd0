using IceSharp.Protocol;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>The requests about an allocation that stands: Refresh, CreatePermission, ChannelBind, Connect (RFC 8656 §8, §10, §12, RFC 6062 §5.2).</summary>
internal sealed class AllocationRequestHandler(
    StunTurnServerOptions options, AllocationTable allocations, RefreshHandler refresh, PeerConnections connections, PeerRules peers, ServerResponses responses)
{
    public void Handle(MonotonicTime now, in ServerRequest request, in StunReader message)
    {
        Allocation? allocation;
        int error = request.Method == StunMethod.Refresh ? refresh.Find(request, message, out allocation)
            : allocations.TryFind(request.FiveTuple, out allocation) && allocation.IsOpen ? 0 : 437;
        error = error == 0 && allocation!.Username != request.Username ? 441 : error;
        if (error != 0)
        {
            responses.Error(now, request, error);
            return;
        }

        switch (request.Method)
        {
            case StunMethod.Refresh:
                refresh.Handle(now, request, message, allocation!);
                break;
            case StunMethod.CreatePermission:
                CreatePermission(now, request, message, allocation!);
                break;
            case StunMethod.Connect:
                connections.Connect(now, request, message, allocation!);
                break;
            default:
                ChannelBind(now, request, message, allocation!);
                break;
        }
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
        int error = !complete || allocation.IsTcp || !IsChannelNumber(number) ? 400 : JudgePeer(allocation, peer.Address);
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
        !allocation.TryFindRelay(peer.Family, out _) ? 443 : peers.Forbids(peer) ? 403 : 0;

    // RFC 5766 §11 knew four times as many.
    private bool IsChannelNumber(ushort number) => ChannelDataWriter.IsChannelNumber(number) || (options.IsRfc5766 && number is >= 0x5000 and <= 0x7FFE);

    private void Succeed(MonotonicTime now, in ServerRequest request)
    {
        StunWriter writer = responses.Success(request, out byte[] buffer);
        responses.Send(now, request, ref writer, buffer);
    }
}
