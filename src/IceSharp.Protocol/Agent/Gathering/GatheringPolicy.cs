using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>What the transport policy and the IP handling mode mean together for each kind of candidate.</summary>
internal sealed class GatheringPolicy(IceAgentMachineOptions options)
{
    /// <summary>Whether sockets leave the choice of interface to the system's routes (RFC 8828 §6.1).</summary>
    public bool FollowsRoute => options.IPHandling != IceIPHandling.AllInterfaces;

    /// <summary>Whether anything leaves by UDP: no proxy here carries it, only TCP and TLS to TURN servers (RFC 8828 §5.2, mode 4).</summary>
    public bool UsesUdp => !(options.IPHandling == IceIPHandling.ForceProxy && options.HasProxy);

    public bool ShowsHost =>
        options.TransportPolicy is IceTransportPolicy.All or IceTransportPolicy.HostOnly or IceTransportPolicy.NoRelay
        && options.IPHandling is IceIPHandling.AllInterfaces or IceIPHandling.DefaultRoute;

    public bool ShowsReflexive => UsesUdp && options.TransportPolicy is IceTransportPolicy.All or IceTransportPolicy.NoRelay or IceTransportPolicy.NoHost;

    public bool ShowsRelayed => options.TransportPolicy is IceTransportPolicy.All or IceTransportPolicy.RelayOnly or IceTransportPolicy.NoHost;

    /// <summary>Whether checks may leave from local sockets directly.</summary>
    public bool UsesDirectPath => ShowsHost || ShowsReflexive;

    /// <summary>Whether a server may be reached this way.</summary>
    public bool Permits(StunUriTransport transport) => UsesUdp || transport is StunUriTransport.Tcp or StunUriTransport.Tls;

    /// <summary>What a server is asked for; null when it is not needed. A TURN server that must not relay still tells the address that it sees.</summary>
    public IceServerKind? Asks(IceServerSettings server) => server.Kind switch
    {
        IceServerKind.Turn when ShowsRelayed => IceServerKind.Turn,
        _ => ShowsReflexive ? IceServerKind.Stun : null,
    };
}
