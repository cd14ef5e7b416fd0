using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Turn;

/// <summary>Send indications out, Data indications in (RFC 8656 §11). Allocates nothing.</summary>
internal static class TurnIndication
{
    /// <summary>Bytes of a Send indication before its data.</summary>
    public static int SendOverhead(IpFamily peerFamily) =>
        StunWire.HeaderBytes + StunWire.AttributeHeaderBytes + 4 + (peerFamily == IpFamily.IPv6 ? 16 : 4) + StunWire.AttributeHeaderBytes;

    public static int WriteSend(Span<byte> buffer, TransportAddress peer, ReadOnlySpan<byte> payload, StunTransactionId id, bool dontFragment)
    {
        int overhead = SendOverhead(peer.Family);
        int bytes = overhead + StunWire.Padded(payload.Length) + (dontFragment ? StunWire.AttributeHeaderBytes : 0);
        if (buffer.Length < bytes)
        {
            throw new ArgumentException($"A Send indication of {payload.Length} bytes takes {bytes}, the buffer has {buffer.Length}.", nameof(buffer));
        }

        // The data first: it may stand in the same buffer, where the header would overwrite it.
        payload.CopyTo(buffer[overhead..]);
        StunWriter writer = new(buffer, StunMethod.Send, StunClass.Indication, id);
        writer.AddXorAddress(StunAttributeType.XorPeerAddress, peer);
        writer.Reserve(StunAttributeType.Data, payload.Length);
        if (dontFragment)
        {
            writer.AddFlag(StunAttributeType.DontFragment);
        }

        return writer.Length;
    }

    /// <summary>Reads a Data indication. One with ICMP is a hint about the peer, not data, even when it has DATA too (RFC 8656 §11.6).</summary>
    public static DropReason ReadData(in StunReader message, out TransportAddress peer, out ReadOnlySpan<byte> data, out TurnIcmp? icmp)
    {
        data = default;
        icmp = null;
        if (message.GetXorAddress(StunAttributeType.XorPeerAddress, out peer) != StunAttributeStatus.Ok || StunComprehension.HasUnknown(message))
        {
            return DropReason.MalformedRelayData;
        }

        peer = peer with { Address = peer.Address.Unmap() };
        if (message.TryFind(StunAttributeType.Icmp, out StunAttribute attribute))
        {
            bool isReadable = attribute.ReadIcmp(out byte type, out byte code, out uint detail) == StunAttributeStatus.Ok;
            icmp = new TurnIcmp(type, code, detail);
            return isReadable ? DropReason.None : DropReason.MalformedRelayData;
        }

        return message.GetBytes(StunAttributeType.Data, out data) == StunAttributeStatus.Ok ? DropReason.None : DropReason.MalformedRelayData;
    }
}
