using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;

namespace IceSharp.Protocol.Turn;

/// <summary>Application data of an allocation that stands, both ways: Send and Data indications, ChannelData (RFC 8656 §11, §12). Allocates nothing.</summary>
internal sealed class TurnDataPath(TurnAllocationSettings settings, TurnPermissions permissions, TurnChannels channels, TurnEventQueue events, IRandomSource random)
{
    private readonly bool _isStream = settings.Link == StunLinkKind.Stream;

    public bool TryWriteSend(Span<byte> buffer, TransportAddress peer, ReadOnlySpan<byte> payload, StunTransactionId id, bool dontFragment, out int length)
    {
        bool permitted = permissions.IsInstalled(peer.Address);
        length = permitted ? SendIndication.Write(buffer, peer, payload, id, dontFragment) : 0;
        return permitted;
    }

    // ChannelData has no way to ask for DF, so where that is wanted Send indications go on (RFC 8656 §12.5).
    public bool TryWriteData(Span<byte> buffer, TransportAddress peer, ReadOnlySpan<byte> payload, bool dontFragment, out int length)
    {
        if (!dontFragment && channels.TryGetNumber(peer, out ushort channel))
        {
            bool permitted = permissions.IsInstalled(peer.Address);
            length = !permitted ? 0 : _isStream ? ChannelDataWriter.WritePadded(buffer, channel, payload) : ChannelDataWriter.Write(buffer, channel, payload);
            return permitted;
        }

        return TryWriteSend(buffer, peer, payload, StunTransactionId.Create(random), dontFragment, out length);
    }

    /// <summary>Puts the overhead in front of a payload that stays where it is, and padding behind it.</summary>
    public bool TryWrapInPlace(Span<byte> buffer, int offset, int payloadBytes, TransportAddress peer, bool dontFragment, out int start, out int length)
    {
        bool byChannel = !dontFragment && channels.TryGetNumber(peer, out _);
        start = offset - (byChannel ? ChannelDataReader.HeaderBytes : SendIndication.GetOverhead(peer.Family));
        return TryWriteData(buffer[start..], peer, buffer.Slice(offset, payloadBytes), dontFragment, out length);
    }

    public DatagramVerdict HandleIndication(in StunReader message)
    {
        DropReason reason = TurnIndication.ReadData(message, out TransportAddress peer, out ReadOnlySpan<byte> data, out TurnIcmp? icmp);
        if (reason != DropReason.None)
        {
            return DatagramVerdict.Dropped(reason);
        }

        if (!permissions.IsInstalled(peer.Address))
        {
            return DatagramVerdict.Dropped(DropReason.NoPermission);
        }

        if (icmp is not null)
        {
            events.AddHint(new TurnEvent(TurnEventKind.PeerUnreachable) { Peer = peer.Address, PeerPort = peer.Port, Icmp = icmp });
            return DatagramVerdict.Consumed;
        }

        message.Bytes.Overlaps(data, out int offset);
        return DatagramVerdict.Payload(offset, data.Length, 0, 0, peer);
    }

    public DatagramVerdict HandleChannelData(ReadOnlySpan<byte> datagram)
    {
        if (ChannelDataReader.TryParse(datagram, out ChannelDataReader frame) != ChannelDataStatus.Ok)
        {
            return DatagramVerdict.Dropped(DropReason.MalformedRelayData);
        }

        if (!channels.TryFindReceiving(frame.Channel, out TurnChannel? channel))
        {
            return DatagramVerdict.Dropped(DropReason.UnboundChannel);
        }

        // A server that uses the number before its answer is here has taken the request, and with it the permission.
        bool permitted = permissions.IsInstalled(channel.Peer.Address) || !channel.IsBound;
        return permitted
            ? DatagramVerdict.Payload(ChannelDataReader.HeaderBytes, frame.Data.Length, 0, 0, channel.Peer)
            : DatagramVerdict.Dropped(DropReason.NoPermission);
    }
}
