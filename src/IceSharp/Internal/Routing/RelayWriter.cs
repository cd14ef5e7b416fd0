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

    /// <summary>Room behind the payload that DONT-FRAGMENT takes.</summary>
    public const int TrailBytes = 4;

    [ThreadStatic]
    private static CryptoRandomSource? t_random;

    /// <summary>Bytes that stand before a payload.</summary>
    public static int Headroom(ushort channel, TransportAddress peer) => channel != 0 ? ChannelDataReader.HeaderBytes : SendIndication.GetOverhead(peer.Family);

    /// <summary>Wraps a payload as its route says, behind the headroom of 4 bytes that ChannelData takes or in a Send indication, and returns the length.</summary>
    public static int Write(Span<byte> buffer, DataRoute route, ReadOnlySpan<byte> payload, bool isStream, IRandomSource? random = null) =>
        Write(buffer, route.Channel ?? 0, route.Peer, payload, isStream, dontFragment: false, random);

    /// <summary>Wraps a payload, which may stand in the buffer at its place, in ChannelData or, for channel 0, in a Send indication, and returns the length.</summary>
    public static int Write(Span<byte> buffer, ushort channel, TransportAddress peer, ReadOnlySpan<byte> payload, bool isStream, bool dontFragment, IRandomSource? random = null) => channel switch
    {
        0 => WriteSendIndication(buffer, peer, payload, dontFragment, random),
        _ when isStream => ChannelDataWriter.WritePadded(buffer, channel, payload),
        _ => ChannelDataWriter.Write(buffer, channel, payload),
    };

    // RFC 8656 §11.1.
    private static int WriteSendIndication(Span<byte> buffer, TransportAddress peer, ReadOnlySpan<byte> payload, bool dontFragment, IRandomSource? random)
    {
        Span<byte> id = stackalloc byte[12];
        (random ?? (t_random ??= new CryptoRandomSource())).Fill(id);
        return SendIndication.Write(buffer, peer, payload, StunTransactionId.Read(id), dontFragment);
    }
}
