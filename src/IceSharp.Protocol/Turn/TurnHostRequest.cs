namespace IceSharp.Protocol.Turn;

/// <summary>Something that a <see cref="TurnAllocationMachine"/> needs and cannot get by itself, as data.</summary>
/// <param name="Kind">What.</param>
/// <param name="ServerName">For a token: whose, as THIRD-PARTY-AUTHORIZATION named it (RFC 7635 §6.1), made safe for logs; otherwise null.</param>
public readonly record struct TurnHostRequest(TurnHostRequestKind Kind, string? ServerName = null);
