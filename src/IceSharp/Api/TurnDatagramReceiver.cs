using IceSharp.Protocol;

namespace IceSharp;

/// <summary>Takes the datagrams that a relay brings as they arrive.</summary>
/// <remarks>Runs on the thread of the client's loop, which its other allocations share: it must not block. An exception is logged and ends nothing.</remarks>
/// <param name="allocation">The allocation it was set on.</param>
/// <param name="datagram">The bytes; valid during the call only. Empty for an empty datagram.</param>
/// <param name="peer">Who sent it.</param>
public delegate void TurnDatagramReceiver(TurnAllocation allocation, ReadOnlySpan<byte> datagram, TransportAddress peer);
