namespace IceSharp.Protocol.Agent;

/// <summary>Which addresses may become local candidates and which remote candidates are worth a check.</summary>
internal static class AddressRules
{
    /// <summary>Why a local address is not used (RFC 8445 §5.1.1.1); null when it is.</summary>
    public static string? RefusalOfLocal(LocalInterfaceAddress local, IceAgentMachineOptions options, bool hasTrackingResistant)
    {
        IpAddress address = local.Address;
        return address switch
        {
            { Family: IpFamily.None } or { IsUnspecified: true } => "no address",
            { IsMulticast: true } or { IsBroadcast: true } => "multicast or broadcast address",
            { IsSiteLocal: true } or { IsIPv4Compatible: true } or { IsIPv4Mapped: true } => "deprecated or mapped IPv6 address",
            _ when (address.IsLoopback || local.IsLoopback) && !options.AllowLoopback => "loopback address (AllowLoopback is off)",
            { Family: IpFamily.IPv6, IsLinkLocal: true } when hasTrackingResistant => "link-local address beside a temporary one",
            _ when options.AddressFilter?.Invoke(local) == false => "refused by the address filter",
            _ => null,
        };
    }

    /// <summary>Why a remote candidate is not paired (RFC 8445 §19.5.1); null when it is.</summary>
    public static string? RefusalOfRemote(IceCandidate candidate) => candidate switch
    {
        { Transport: not IceTransport.Udp } => "TCP candidates are not supported",
        { Address.Port: 0 } => "port 0",
        { Address.Address.Family: IpFamily.None } or { Address.Address.IsUnspecified: true } => "unspecified address",
        { Address.Address.IsMulticast: true } or { Address.Address.IsBroadcast: true } => "multicast or broadcast address",
        { Component: < 1 or > 256 } => "component out of range",
        _ => null,
    };

    /// <summary>Whether two addresses may form a pair: same family, and link-local IPv6 only with its kind (RFC 8445 §6.1.2.2).</summary>
    public static bool CanPair(IpAddress local, IpAddress remote) =>
        local.Family == remote.Family && (local.Family != IpFamily.IPv6 || local.IsLinkLocal == remote.IsLinkLocal);
}
