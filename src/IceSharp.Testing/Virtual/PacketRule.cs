using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Decides whether a scenario drops a datagram.</summary>
/// <param name="now">The virtual time.</param>
/// <param name="source">The source as it stands in the segment crossed.</param>
/// <param name="destination">The destination as it stands in the segment crossed.</param>
/// <param name="datagram">The payload.</param>
/// <returns>Whether to drop it.</returns>
public delegate bool PacketRule(MonotonicTime now, TransportAddress source, TransportAddress destination, ReadOnlySpan<byte> datagram);
