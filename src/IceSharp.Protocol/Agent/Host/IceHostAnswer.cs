using IceSharp.Protocol.Discovery;

namespace IceSharp.Protocol.Agent;

/// <summary>The host's answer to an <see cref="IceHostRequest"/>.</summary>
/// <param name="RequestId">The ID of the request.</param>
public abstract record IceHostAnswer(int RequestId);

/// <summary>The local addresses, in the order in which the host prefers them.</summary>
/// <param name="RequestId">The ID of the request.</param>
/// <param name="Addresses">One entry an address, loopback ones included; may be empty.</param>
public sealed record InterfacesListed(int RequestId, IReadOnlyList<LocalInterfaceAddress> Addresses) : IceHostAnswer(RequestId);

/// <summary>A socket is open.</summary>
/// <param name="RequestId">The ID of the request.</param>
/// <param name="LocalAddress">The address and port it is bound to.</param>
public sealed record SocketBound(int RequestId, TransportAddress LocalAddress) : IceHostAnswer(RequestId);

/// <summary>A socket could not be opened.</summary>
/// <param name="RequestId">The ID of the request.</param>
/// <param name="Error">Why.</param>
/// <param name="Detail">One line for a developer.</param>
public sealed record BindFailed(int RequestId, HostError Error, string Detail) : IceHostAnswer(RequestId);

/// <summary>A server has places.</summary>
/// <param name="RequestId">The ID of the request.</param>
/// <param name="Targets">At least one, in the order in which to try them.</param>
public sealed record ServerResolved(int RequestId, IReadOnlyList<ServerTarget> Targets) : IceHostAnswer(RequestId);

/// <summary>The local address of a route.</summary>
/// <param name="RequestId">The ID of the request.</param>
/// <param name="LocalAddress">The address; null when there is no route.</param>
/// <param name="Detail">One line for a developer when there is none.</param>
public sealed record RouteFound(int RequestId, LocalInterfaceAddress? LocalAddress, string Detail) : IceHostAnswer(RequestId);

/// <summary>A name has no addresses, or nobody could be asked.</summary>
/// <param name="RequestId">The ID of the request.</param>
/// <param name="Error">Why.</param>
/// <param name="Detail">One line for a developer.</param>
public sealed record ResolveFailed(int RequestId, HostError Error, string Detail) : IceHostAnswer(RequestId);

/// <summary>A connection to a server stands.</summary>
/// <param name="RequestId">The ID of the request.</param>
/// <param name="LocalAddress">The address and port that it was made from.</param>
public sealed record StreamConnected(int RequestId, TransportAddress LocalAddress) : IceHostAnswer(RequestId);

/// <summary>A server could not be connected to, or could not prove who it is.</summary>
/// <param name="RequestId">The ID of the request.</param>
/// <param name="Error">Why.</param>
/// <param name="Detail">One line for a developer.</param>
public sealed record ConnectFailed(int RequestId, HostError Error, string Detail) : IceHostAnswer(RequestId);
