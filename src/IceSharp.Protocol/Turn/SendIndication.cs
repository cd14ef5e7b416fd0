using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Turn;

/// <summary>Writes Send indications, which carry data to a peer through a TURN server (RFC 8656 §11.1).</summary>
/// <remarks>Thread safe; allocates nothing. Whether the server permits the peer is the caller's to know.</remarks>
public static class SendIndication
{
    /// <summary>Bytes that an indication puts before its data: 36 for an IPv4 peer, 48 for IPv6. Padding, at most 3 bytes, follows the data.</summary>
    public static int GetOverhead(IpFamily peerFamily) =>
        StunWire.HeaderBytes + StunWire.AttributeHeaderBytes + 4 + (peerFamily == IpFamily.IPv6 ? 16 : 4) + StunWire.AttributeHeaderBytes;

    /// <summary>Writes an indication.</summary>
    /// <param name="buffer">Where it goes: the overhead, the data rounded up to a multiple of 4, and 4 bytes more with DONT-FRAGMENT.</param>
    /// <param name="peer">The peer; IPv4-mapped IPv6 counts as IPv4.</param>
    /// <param name="payload">The data, may be empty; it may already stand in <paramref name="buffer"/>, best at its place behind the overhead.</param>
    /// <param name="id">A fresh random ID.</param>
    /// <param name="dontFragment">Whether the relayed datagram asks not to be fragmented.</param>
    /// <returns>Number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="buffer"/> is too short, or <paramref name="peer"/> is no address.</exception>
    public static int Write(Span<byte> buffer, TransportAddress peer, ReadOnlySpan<byte> payload, StunTransactionId id, bool dontFragment = false)
    {
        peer = peer with { Address = peer.Address.Unmap() };
        int overhead = GetOverhead(peer.Family);
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
}
