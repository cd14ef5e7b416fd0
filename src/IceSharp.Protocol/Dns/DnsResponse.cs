namespace IceSharp.Protocol.Dns;

/// <summary>A well-formed response to a query of ours.</summary>
/// <param name="Code">What the server says.</param>
/// <param name="IsTruncated">Whether the answer did not fit into a datagram and has to be asked for over TCP (RFC 7766); <paramref name="Answer"/> is empty then.</param>
/// <param name="Answer">The records.</param>
public sealed record DnsResponse(DnsResponseCode Code, bool IsTruncated, DnsAnswer Answer);
