using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Application data that a <see cref="VirtualAgent"/> received.</summary>
/// <param name="At">When.</param>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Component">Component, 1 to 256.</param>
/// <param name="Peer">Who sent it; behind a relay, as the TURN server sees it.</param>
/// <param name="Bytes">The data.</param>
public sealed record ReceivedData(MonotonicTime At, int Stream, int Component, TransportAddress Peer, ReadOnlyMemory<byte> Bytes);
