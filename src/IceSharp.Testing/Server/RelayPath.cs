using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Application data through the relay, both ways: Send, Data and ChannelData (RFC 8656 §11, §12). Allocates nothing.</summary>
internal sealed class RelayPath(AllocationTable allocations, RelayAddressBook addresses, PeerRules peers, ServerFaults faults, ServerOutbox outbox, IRandomSource random)
{
    private const int MaxDatagramBytes = 65507;

    // Header, XOR-PEER-ADDRESS of IPv6, and the head and padding of DATA.
    private const int DataIndicationOverhead = 20 + 24 + 4 + 3;

    public DatagramVerdict FromClient(MonotonicTime now, FiveTuple fiveTuple, in ChannelDataReader frame)
    {
        if (!TryFindSender(fiveTuple, out Allocation? allocation))
        {
            return DatagramVerdict.Dropped(DropReason.UnexpectedMessage);
        }

        return allocation.Channels.TryGetPeer(now, frame.Channel, out TransportAddress peer)
            ? ToPeer(now, allocation, peer, frame.Data)
            : DatagramVerdict.Dropped(DropReason.UnboundChannel);
    }

    public DatagramVerdict FromClient(MonotonicTime now, FiveTuple fiveTuple, in StunReader send)
    {
        if (!TryFindSender(fiveTuple, out Allocation? allocation))
        {
            return DatagramVerdict.Dropped(DropReason.UnexpectedMessage);
        }

        // DF cannot be set here, and data that must not be fragmented must not go out without it (RFC 8656 §11.2).
        if (send.Has(StunAttributeType.DontFragment)
            || send.GetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer) != StunAttributeStatus.Ok
            || send.GetBytes(StunAttributeType.Data, out ReadOnlySpan<byte> data) != StunAttributeStatus.Ok)
        {
            return DatagramVerdict.Dropped(DropReason.MalformedRelayData);
        }

        return ToPeer(now, allocation, peer, data);
    }

    public DatagramVerdict FromPeer(MonotonicTime now, Allocation allocation, TransportAddress peer, ReadOnlySpan<byte> data)
    {
        if (!allocation.IsOpen || !allocation.Permissions.Admits(now, peer.Address) || peers.Forbids(peer.Address))
        {
            return DatagramVerdict.Dropped(DropReason.NoPermission);
        }

        if (faults.DropsRelayedData || data.Length + DataIndicationOverhead > MaxDatagramBytes)
        {
            return DatagramVerdict.Dropped(DropReason.LimitReached);
        }

        if (!allocation.Quota.TryTake(now, data.Length))
        {
            return DatagramVerdict.Dropped(DropReason.LimitReached);
        }

        byte[] buffer = ServerOutbox.Rent(data.Length + DataIndicationOverhead);
        int length = allocation.Channels.TryGetNumber(now, peer, out ushort channel)
            ? WriteChannelData(allocation.DataTuple.Listener, buffer, channel, data)
            : WriteDataIndication(buffer, peer, data);
        return Sent(outbox.Commit(allocation.DataTuple.Listener, allocation.DataTuple.Client, buffer, length));
    }

    /// <summary>Passes on what a router or host says about a datagram of an allocation's; who says so does not matter, whom it is about does (RFC 8656 §11.5).</summary>
    public DatagramVerdict FromNetwork(MonotonicTime now, Allocation allocation, TransportAddress destination, byte type, byte code, uint errorData)
    {
        bool isOfUse = destination.Family == IpFamily.IPv6 ? type is 1 or 2 or 3 : type is 3 or 11;
        if (!isOfUse || !allocation.IsOpen)
        {
            return DatagramVerdict.Dropped(DropReason.UnexpectedMessage);
        }

        if (!allocation.Permissions.Admits(now, destination.Address))
        {
            return DatagramVerdict.Dropped(DropReason.NoPermission);
        }

        bool isTooBig = destination.Family == IpFamily.IPv6 ? type == 2 : type == 3 && code == 4;
        byte[] buffer = ServerOutbox.Rent(DataIndicationOverhead + 16);
        StunWriter writer = new(buffer, StunMethod.Data, StunClass.Indication, StunTransactionId.Create(random));
        writer.AddXorAddress(StunAttributeType.XorPeerAddress, destination);
        writer.AddIcmp(type, code, isTooBig ? errorData : 0);
        return Sent(outbox.Commit(allocation.DataTuple.Listener, allocation.DataTuple.Client, buffer, writer.Length));
    }

    private DatagramVerdict ToPeer(MonotonicTime now, Allocation allocation, TransportAddress peer, ReadOnlySpan<byte> data)
    {
        if (peer.Port == 0 || !allocation.Permissions.Admits(now, peer.Address) || peers.Forbids(peer.Address))
        {
            return DatagramVerdict.Dropped(DropReason.NoPermission);
        }

        // The relayed address of the peer's own family is the source (RFC 8656 §11).
        return faults.DropsRelayedData || !allocation.TryFindRelay(peer.Family, out ServerRelay? relay) || !allocation.Quota.TryTake(now, data.Length)
            ? DatagramVerdict.Dropped(DropReason.LimitReached)
            : Sent(outbox.Send(relay.Socket, peer, data));
    }

    // Data from a client's new address says that it has arrived there (RFC 8016 §3.2.2).
    private bool TryFindSender(FiveTuple fiveTuple, [NotNullWhen(true)] out Allocation? allocation)
    {
        if (!allocations.TryFind(fiveTuple, out allocation) || !allocation.IsOpen || allocation.IsTcp)
        {
            return false;
        }

        if (fiveTuple == allocation.FiveTuple)
        {
            allocations.Settle(allocation);
        }

        return true;
    }

    // Frames on a stream fill up to a multiple of 4 (RFC 8656 §12.5).
    private int WriteChannelData(SocketHandle listener, Span<byte> buffer, ushort channel, ReadOnlySpan<byte> data) =>
        addresses.TransportOf(listener) == ServerTransport.Udp ? ChannelDataWriter.Write(buffer, channel, data) : ChannelDataWriter.WritePadded(buffer, channel, data);

    private int WriteDataIndication(Span<byte> buffer, TransportAddress peer, ReadOnlySpan<byte> data)
    {
        StunWriter writer = new(buffer, StunMethod.Data, StunClass.Indication, StunTransactionId.Create(random));
        writer.AddXorAddress(StunAttributeType.XorPeerAddress, peer);
        writer.AddBytes(StunAttributeType.Data, data);
        return writer.Length;
    }

    private static DatagramVerdict Sent(bool queued) => queued ? DatagramVerdict.Consumed : DatagramVerdict.Dropped(DropReason.LimitReached);
}
