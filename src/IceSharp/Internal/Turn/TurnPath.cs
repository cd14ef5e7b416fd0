using System.Buffers;
using System.Runtime.CompilerServices;
using IceSharp.Internal.Routing;
using IceSharp.Protocol;

namespace IceSharp.Internal.Turn;

/// <summary>The way to the server of an allocation that stands: all that senders on any thread need. Immutable.</summary>
/// <param name="socket">The socket or stream.</param>
/// <param name="server">The server.</param>
/// <param name="isStream">Whether ChannelData is padded.</param>
/// <param name="dontFragment">Whether relayed datagrams ask not to be fragmented, which ChannelData cannot (RFC 8656 §12.5).</param>
internal sealed class TurnPath(IIceUdpSocket socket, TransportAddress server, bool isStream, bool dontFragment)
{
    // The stack serves datagrams of an MTU; longer ones borrow.
    private const int StackBytes = 2048;

    // Longest UDP payload over IPv4.
    private const int MaxDatagramBytes = 65_507;

    public IIceUdpSocket Socket => socket;

    public TransportAddress Server => server;

    /// <summary>Wraps and sends a payload.</summary>
    [SkipLocalsInit]
    public IceSendResult Send(ReadOnlySpan<byte> payload, TransportAddress peer, ushort channel)
    {
        int needed = payload.Length + RelayWriter.OverheadBytes + RelayWriter.TrailBytes;
        if (needed > MaxDatagramBytes)
        {
            return IceSendResult.TooLong;
        }

        if (needed <= StackBytes)
        {
            Span<byte> buffer = stackalloc byte[StackBytes];
            return socket.TrySend(buffer[..Write(buffer, payload, peer, channel)], server);
        }

        byte[] borrowed = ArrayPool<byte>.Shared.Rent(needed);
        try
        {
            return socket.TrySend(borrowed.AsSpan(0, Write(borrowed, payload, peer, channel)), server);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(borrowed);
        }
    }

    /// <summary>Wraps a payload where it stands and sends it: nothing is copied.</summary>
    public IceSendResult SendInPlace(Span<byte> buffer, int offset, int length, TransportAddress peer, ushort channel)
    {
        if (length + RelayWriter.OverheadBytes + RelayWriter.TrailBytes > MaxDatagramBytes)
        {
            return IceSendResult.TooLong;
        }

        Span<byte> message = buffer[(offset - RelayWriter.Headroom(UsableChannel(channel), peer))..];
        return socket.TrySend(message[..Write(message, buffer.Slice(offset, length), peer, channel)], server);
    }

    private int Write(Span<byte> buffer, ReadOnlySpan<byte> payload, TransportAddress peer, ushort channel) =>
        RelayWriter.Write(buffer, UsableChannel(channel), peer, payload, isStream, dontFragment);

    private ushort UsableChannel(ushort channel) => dontFragment ? (ushort)0 : channel;
}
