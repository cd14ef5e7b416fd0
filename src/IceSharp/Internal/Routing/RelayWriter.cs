using IceSharp.Internal.Driver;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;

namespace IceSharp.Internal.Routing;

/// <summary>Wraps application data for a TURN server, on any thread, without allocation.</summary>
internal static class RelayWriter
{
    /// <summary>Room a Send indication needs besides its payload, padding included.</summary>
    public static readonly int OverheadBytes = SendIndication.GetOverhead(IpFamily.IPv6) + 3;

    [ThreadStatic]
    private static CryptoRandomSource? t_random;

    /// <summary>Wraps a payload as its route says, behind the headroom of 4 bytes that ChannelData takes or in a Send indication, and returns the length.</summary>
    public static int Write(Span<byte> buffer, DataRoute route, ReadOnlySpan<byte> payload) =>
        route.Channel is { } channel ? ChannelDataWriter.Write(buffer, channel, payload) : WriteSendIndication(buffer, route.Peer, payload);

    /// <summary>Writes a Send indication (RFC 8656 §11.1) and returns its length.</summary>
    private static int WriteSendIndication(Span<byte> buffer, TransportAddress peer, ReadOnlySpan<byte> payload)
    {
        Span<byte> id = stackalloc byte[12];
        (t_random ??= new CryptoRandomSource()).Fill(id);
        return SendIndication.Write(buffer, peer, payload, StunTransactionId.Read(id));
    }
}
