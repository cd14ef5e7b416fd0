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
        if (!allocations.TryFind(fiveTuple, out Allocation? allocation) || !allocation.IsOpen)
        {
            return DatagramVerdict.Dropped(DropReason.UnexpectedMessage);
        }

        return allocation.Channels.TryGetPeer(now, frame.Channel, out TransportAddress peer)
            ? ToPeer(now, allocation, peer, frame.Data)
            : DatagramVerdict.Dropped(DropReason.UnboundChannel);
    }

    public DatagramVerdict FromClient(MonotonicTime now, FiveTuple fiveTuple, in StunReader send)
    {
        if (!allocations.TryFind(fiveTuple, out Allocation? allocation) || !allocation.IsOpen)
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

        byte[] buffer = ServerOutbox.Rent(data.Length + DataIndicationOverhead);
        int length = allocation.Channels.TryGetNumber(now, peer, out ushort channel)
            ? WriteChannelData(allocation.FiveTuple.Listener, buffer, channel, data)
            : WriteDataIndication(buffer, peer, data);
        return Sent(outbox.Commit(allocation.FiveTuple.Listener, allocation.FiveTuple.Client, buffer, length));
    }

    private DatagramVerdict ToPeer(MonotonicTime now, Allocation allocation, TransportAddress peer, ReadOnlySpan<byte> data)
    {
        if (peer.Port == 0 || !allocation.Permissions.Admits(now, peer.Address) || peers.Forbids(peer.Address))
        {
            return DatagramVerdict.Dropped(DropReason.NoPermission);
        }

        return faults.DropsRelayedData
            ? DatagramVerdict.Dropped(DropReason.LimitReached)
            : Sent(outbox.Send(allocation.RelaySocket, peer, data));
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
