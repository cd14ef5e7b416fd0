using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Takes a datagram that arrived on a <see cref="VirtualSocket"/>.</summary>
/// <param name="now">The virtual time of arrival.</param>
/// <param name="source">Where it came from, as the receiver sees it (behind a NAT: the NAT's address).</param>
/// <param name="datagram">The bytes; valid during the call.</param>
public delegate void DatagramReceiver(MonotonicTime now, TransportAddress source, ReadOnlySpan<byte> datagram);
