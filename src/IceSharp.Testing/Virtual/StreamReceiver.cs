using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Takes bytes that arrived on a <see cref="VirtualStream"/>.</summary>
/// <param name="now">The virtual time of arrival.</param>
/// <param name="bytes">The bytes, in the order in which they were sent but cut anywhere; valid during the call.</param>
public delegate void StreamReceiver(MonotonicTime now, ReadOnlySpan<byte> bytes);
