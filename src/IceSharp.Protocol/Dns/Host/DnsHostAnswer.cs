namespace IceSharp.Protocol.Dns;

/// <summary>The host's answer to a <see cref="DnsHostRequest"/>.</summary>
/// <param name="RequestId">The ID of the request.</param>
public abstract record DnsHostAnswer(int RequestId);

/// <summary>The socket is open: datagrams leave and arrive under its name.</summary>
/// <param name="RequestId">The ID of the request.</param>
public sealed record DnsSocketOpened(int RequestId) : DnsHostAnswer(RequestId);

/// <summary>A response came over TCP.</summary>
/// <param name="RequestId">The ID of the request.</param>
/// <param name="Response">The response, without its length.</param>
public sealed record DnsStreamAnswered(int RequestId, ReadOnlyMemory<byte> Response) : DnsHostAnswer(RequestId);

/// <summary>The socket cannot be had, or nothing came over TCP.</summary>
/// <param name="RequestId">The ID of the request.</param>
public sealed record DnsRequestFailed(int RequestId) : DnsHostAnswer(RequestId);
