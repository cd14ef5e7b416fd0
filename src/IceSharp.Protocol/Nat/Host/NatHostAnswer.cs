namespace IceSharp.Protocol.Nat;

/// <summary>The host's answer to a <see cref="NatHostRequest"/>.</summary>
/// <param name="RequestId">The ID of the request.</param>
public abstract record NatHostAnswer(int RequestId);

/// <summary>The socket is open: datagrams leave and arrive under its name.</summary>
/// <param name="RequestId">The ID of the request.</param>
public sealed record NatSocketOpened(int RequestId) : NatHostAnswer(RequestId);

/// <summary>The socket cannot be had.</summary>
/// <param name="RequestId">The ID of the request.</param>
public sealed record NatSocketRefused(int RequestId) : NatHostAnswer(RequestId);
