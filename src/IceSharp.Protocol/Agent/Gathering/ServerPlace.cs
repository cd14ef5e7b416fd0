using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>One place where a server may be.</summary>
/// <param name="Transport">How to get there.</param>
/// <param name="Address">Its address, of the family of the socket that asks.</param>
/// <param name="Identity">The name that a certificate must prove; null where there is none to prove.</param>
internal readonly record struct ServerPlace(StunUriTransport Transport, TransportAddress Address, string? Identity);
