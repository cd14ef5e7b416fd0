using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Turn;

/// <summary>Reads Data indications (RFC 8656 §11.4). Allocates nothing.</summary>
internal static class TurnIndication
{
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
