namespace IceSharp.Protocol.Nat;

/// <summary>I/O that a <see cref="NatProbeMachine"/> asks its host for, as data. Each request is answered once by <see cref="NatHostAnswer"/>.</summary>
/// <remarks>When the machine is done the host closes everything that it opened for it.</remarks>
/// <param name="Id">Repeated in the answer; unique in the life of the machine.</param>
public abstract record NatHostRequest(int Id);

/// <summary>Asks for a UDP socket on a port that had no traffic lately (RFC 5780 §4.1); answered by <see cref="NatSocketOpened"/> or <see cref="NatSocketRefused"/>.</summary>
/// <param name="Id">Repeated in the answer.</param>
/// <param name="Socket">The name that the machine gave to the socket.</param>
/// <param name="LocalAddress">Address and port to bind. When the port is taken the machine asks again, with another one.</param>
public sealed record OpenNatSocketRequest(int Id, SocketHandle Socket, TransportAddress LocalAddress) : NatHostRequest(Id);
