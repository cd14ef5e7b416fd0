using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A datagram on its way. NATs rewrite <see cref="Source"/> and <see cref="Destination"/>.</summary>
internal sealed class VirtualDatagram(long number, MonotonicTime sentAt, TransportAddress source, TransportAddress destination, byte[] bytes)
{
    public long Number { get; } = number;

    public MonotonicTime SentAt { get; } = sentAt;

    public TransportAddress OriginalSource { get; } = source;

    public TransportAddress OriginalDestination { get; } = destination;

    public TransportAddress Source { get; set; } = source;

    public TransportAddress Destination { get; set; } = destination;

    public byte[] Bytes { get; } = bytes;

    public int Hops { get; set; }
}
