namespace IceSharp;

/// <summary>Takes the datagrams of a component as they arrive.</summary>
/// <remarks>
/// Runs on the thread of the agent's loop, which other agents share: it must not block. An exception is logged and ends nothing.
/// </remarks>
/// <param name="connection">The connection it was set on.</param>
/// <param name="datagram">The bytes; valid during the call only. Empty for an empty datagram.</param>
public delegate void IceDatagramReceiver(IceConnection connection, ReadOnlySpan<byte> datagram);
