using System.Buffers;
using System.Runtime.CompilerServices;
using IceSharp.Internal.Network.Streams;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Internal.Routing;

/// <summary>A route of the machine with its socket: all a sender on any thread needs. Immutable.</summary>
/// <param name="route">The machine's route.</param>
/// <param name="socket">Its socket.</param>
/// <param name="random">Source of transaction IDs where all runs on one thread; null is the thread's own.</param>
internal sealed class PublishedRoute(DataRoute route, IIceUdpSocket socket, IRandomSource? random = null)
{
    // The stack serves datagrams of an MTU; longer ones borrow.
    private const int StackBytes = 2048;

    // Longest UDP payload over IPv4.
    private const int MaxDatagramBytes = 65_507;

    public DataRoute Route => route;

    public IIceUdpSocket Socket => socket;

    public IceSendResult Send(ReadOnlySpan<byte> datagram) =>
        route.IsRelayed ? SendRelayed(datagram) : socket.TrySend(datagram, route.Destination);

    [SkipLocalsInit]
    private IceSendResult SendRelayed(ReadOnlySpan<byte> datagram)
    {
        int needed = datagram.Length + RelayWriter.OverheadBytes;
        if (needed > MaxDatagramBytes)
        {
            return IceSendResult.TooLong;
        }

        if (needed <= StackBytes)
        {
            Span<byte> buffer = stackalloc byte[StackBytes];
            int length = RelayWriter.Write(buffer, route, datagram, socket is FramedStream, random);
            return socket.TrySend(buffer[..length], route.Destination);
        }

        byte[] borrowed = ArrayPool<byte>.Shared.Rent(needed);
        try
        {
            int length = RelayWriter.Write(borrowed, route, datagram, socket is FramedStream, random);
            return socket.TrySend(borrowed.AsSpan(0, length), route.Destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(borrowed);
        }
    }
}
