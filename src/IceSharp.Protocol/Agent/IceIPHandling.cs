namespace IceSharp;

/// <summary>How much of the network an agent uses and shows: the modes of RFC 8828 §5.2.</summary>
/// <remarks>
/// What a peer, or whoever reads the signalling, learns from a candidate list can identify a person. The library cannot ask that person;
/// the application can, and RFC 8828 wants <see cref="AllInterfaces"/> only after it has.
/// </remarks>
public enum IceIPHandling
{
    /// <summary>Mode 1: every usable address of every interface. Finds the best path and shows the most; meant for users who have agreed to it.</summary>
    AllInterfaces,

    /// <summary>Mode 2: the route that the system's table gives, by sockets on the wildcard address, and the local address of that route, of each family, as host candidate.</summary>
    DefaultRoute,

    /// <summary>Mode 3: as mode 2, but local addresses are not shown: no host candidates, and no related addresses.</summary>
    DefaultRouteOnly,

    /// <summary>Mode 4: as mode 3, and where a proxy is configured nothing but what it carries: TURN over TCP or TLS, and no UDP.</summary>
    ForceProxy,
}
