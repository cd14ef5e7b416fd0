using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The client's address and the server's listener, which stands for the server's address and the transport (RFC 8656 §2).</summary>
internal readonly record struct FiveTuple(SocketHandle Listener, TransportAddress Client);
