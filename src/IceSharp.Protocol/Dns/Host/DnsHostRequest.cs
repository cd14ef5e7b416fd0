namespace IceSharp.Protocol.Dns;

/// <summary>I/O that a <see cref="DnsQueryMachine"/> asks its host for, as data. Each request is answered once by <see cref="DnsHostAnswer"/>.</summary>
/// <remarks>When the machine is done the host closes everything that it opened for it.</remarks>
/// <param name="Id">Repeated in the answer; unique in the life of the machine.</param>
/// <param name="Server">The name server to talk to.</param>
public abstract record DnsHostRequest(int Id, TransportAddress Server);

/// <summary>Asks for a UDP socket of its own on a port that is hard to guess (RFC 5452 §9.2); answered by <see cref="DnsSocketOpened"/> or <see cref="DnsRequestFailed"/>.</summary>
/// <param name="Id">Repeated in the answer.</param>
/// <param name="Server">The name server that it is for.</param>
/// <param name="Socket">The name that the machine gave to the socket.</param>
public sealed record OpenDnsSocketRequest(int Id, TransportAddress Server, SocketHandle Socket) : DnsHostRequest(Id, Server);

/// <summary>Asks to connect over TCP, send a query behind its length in two bytes, and read one response of that form (RFC 7766); answered by <see cref="DnsStreamAnswered"/> or <see cref="DnsRequestFailed"/>.</summary>
/// <param name="Id">Repeated in the answer.</param>
/// <param name="Server">The name server to connect to.</param>
/// <param name="Query">The query, without its length.</param>
public sealed record ExchangeDnsStreamRequest(int Id, TransportAddress Server, ReadOnlyMemory<byte> Query) : DnsHostRequest(Id, Server);
