using IceSharp.Protocol;

namespace IceSharp;

/// <summary>A bound UDP socket of an <see cref="IIceNetwork"/>.</summary>
/// <remarks><see cref="TrySend"/> and <see cref="IDisposable.Dispose"/> are called from any thread, <see cref="TryReceive"/> only by the loop that owns the socket.</remarks>
public interface IIceUdpSocket : IDisposable
{
    /// <summary>The address and port the socket is bound to.</summary>
    TransportAddress LocalAddress { get; }

    /// <summary>Sends one datagram without waiting.</summary>
    /// <param name="datagram">Its bytes; not kept.</param>
    /// <param name="destination">Where to.</param>
    IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress destination);

    /// <summary>Marks everything that is sent from now on with a differentiated services code point (RFC 2474).</summary>
    /// <param name="dscp">0 to 63.</param>
    /// <returns>False when the network has no such thing or refuses, which is the default.</returns>
    bool TrySetDscp(int dscp) => false;

    /// <summary>Takes the next datagram that has arrived, without waiting.</summary>
    /// <param name="buffer">Where its bytes go; 65,536 bytes, so no datagram is cut.</param>
    /// <param name="length">Number of bytes.</param>
    /// <param name="source">Where it came from, IPv4-mapped IPv6 unmapped.</param>
    /// <returns>False when none is there. Errors that the network reports for earlier datagrams (ICMP) are not the receiver's: they are skipped.</returns>
    bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source);

    /// <summary>Completes when <see cref="TrySend"/> may succeed again after <see cref="IceSendResult.WouldBlock"/>.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask WaitWritableAsync(CancellationToken cancellationToken);

    /// <summary>Gives the socket a callback to be called, from any thread, whenever datagrams have arrived that <see cref="TryReceive"/> has not yet returned.</summary>
    /// <param name="readable">Cheap and never throws; null ends it. May be called too often, never too rarely.</param>
    void NotifyReadable(Action? readable);
}
