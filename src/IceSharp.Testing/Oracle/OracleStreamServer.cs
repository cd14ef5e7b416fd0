using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A TURN server that a peer reaches over TCP or TLS, as the <see cref="ConnectivityOracle"/> is told of it.</summary>
/// <param name="Server">The server.</param>
/// <param name="Address">Where it listens for streams.</param>
public readonly record struct OracleStreamServer(VirtualStunTurnServer Server, TransportAddress Address);
