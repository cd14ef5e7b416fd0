using IceSharp.Protocol;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Takes the wrapping of TURN off datagrams, with the channels that it has seen bound. Knows nothing of the machine's own tables.</summary>
internal sealed class RelayUnwrapper
{
    private readonly Dictionary<(SocketHandle Socket, TransportAddress Server, ushort Channel), TransportAddress> _peers = [];

    /// <summary>What a datagram to or from <paramref name="remote"/> is between the ends.</summary>
    public AgentPacket Unwrap(SocketHandle socket, TransportAddress remote, ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length >= 4 && ChannelDataReader.LooksLikeChannelData(datagram))
        {
            ushort channel = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(datagram);
            int length = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
            return _peers.TryGetValue((socket, remote, channel), out TransportAddress bound) && datagram.Length >= 4 + length
                ? new AgentPacket(socket, bound, isRelayed: true, datagram.Slice(4, length))
                : new AgentPacket(socket, remote, isRelayed: false, datagram);
        }

        if (StunReader.TryParse(datagram, out StunReader message) != StunParseStatus.Ok)
        {
            return new AgentPacket(socket, remote, isRelayed: false, datagram);
        }

        if (message.Method == StunMethod.ChannelBind && message.Class == StunClass.Request
            && message.GetUInt16(StunAttributeType.ChannelNumber, out ushort number) == StunAttributeStatus.Ok
            && message.GetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress asked) == StunAttributeStatus.Ok)
        {
            _peers[(socket, remote, number)] = asked;
        }

        return message.Method is StunMethod.Send or StunMethod.Data
            && message.GetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer) == StunAttributeStatus.Ok
            && message.GetBytes(StunAttributeType.Data, out ReadOnlySpan<byte> data) == StunAttributeStatus.Ok
                ? new AgentPacket(socket, peer, isRelayed: true, data)
                : new AgentPacket(socket, remote, isRelayed: false, datagram);
    }
}
