namespace IceSharp.Protocol.Agent;

/// <summary>Which addresses may become local candidates and which remote candidates are worth a check.</summary>
internal static class AddressRules
{
    /// <summary>Sorts local addresses into those that are used and those that are not, with the reason (RFC 8445 §5.1.1.1).</summary>
    public static List<LocalInterfaceAddress> Select(
        IReadOnlyList<LocalInterfaceAddress> addresses, IceAgentMachineOptions options, Action<LocalInterfaceAddress, string> refused)
    {
        List<LocalInterfaceAddress> usable = Keep(addresses, a => RefusalOfOne(a, options), refused);
        List<LocalInterfaceAddress> current = Keep(usable, a => a.IsDeprecated && usable.Exists(b => !b.IsDeprecated && IsSameNet(a, b)) ? "deprecated address" : null, refused);
        return Keep(current, a => RefusalBeside(a, current), refused);
    }

    /// <summary>Why a remote candidate is not paired (RFC 8445 §19.5.1); null when it is.</summary>
    public static (RemoteCandidateRefusal Kind, string Reason)? RefusalOfRemote(IceCandidate candidate, IceAgentMachineOptions options) => candidate switch
    {
        { Transport: not IceTransport.Udp } => (RemoteCandidateRefusal.Transport, "TCP candidates are not supported"),
        { Address.Port: 0 } => (RemoteCandidateRefusal.Address, "port 0"),
        { Address.Address.Family: IpFamily.None } or { Address.Address.IsUnspecified: true } => (RemoteCandidateRefusal.Address, "unspecified address"),
        { Address.Address.IsMulticast: true } or { Address.Address.IsBroadcast: true } => (RemoteCandidateRefusal.Address, "multicast or broadcast address"),
        { Address.Address.IsLoopback: true } when !options.AllowLoopback => (RemoteCandidateRefusal.Address, "loopback address (AllowLoopback is off)"),
        { Component: < 1 or > 256 } => (RemoteCandidateRefusal.Component, "component out of range"),
        _ when options.RemoteCandidateFilter?.Invoke(candidate) == false => (RemoteCandidateRefusal.Filter, "refused by the filter of remote candidates"),
        _ => null,
    };

    /// <summary>Whether two addresses may form a pair: same family, and link-local IPv6 only with its kind (RFC 8445 §6.1.2.2).</summary>
    public static bool CanPair(IpAddress local, IpAddress remote) =>
        local.Family == remote.Family && (local.Family != IpFamily.IPv6 || local.IsLinkLocal == remote.IsLinkLocal);

    private static List<LocalInterfaceAddress> Keep(
        IReadOnlyList<LocalInterfaceAddress> addresses, Func<LocalInterfaceAddress, string?> refusal, Action<LocalInterfaceAddress, string> refused)
    {
        var kept = new List<LocalInterfaceAddress>(addresses.Count);
        foreach (LocalInterfaceAddress address in addresses)
        {
            if (refusal(address) is { } reason)
            {
                refused(address, reason);
            }
            else
            {
                kept.Add(address);
            }
        }

        return kept;
    }

    private static string? RefusalOfOne(LocalInterfaceAddress local, IceAgentMachineOptions options) => local.Address switch
    {
        { Family: IpFamily.None } or { IsUnspecified: true } => "no address",
        { IsMulticast: true } or { IsBroadcast: true } => "multicast or broadcast address",
        { IsSiteLocal: true } => "site-local address, a kind that was given up",
        { IsIPv4Compatible: true } => "IPv4-compatible IPv6 address, a kind that was given up",
        { IsIPv4Mapped: true } when !options.AllowIPv4Mapped => "IPv4-mapped IPv6 address (AllowIPv4Mapped is off)",
        { IsLoopback: true } when !options.AllowLoopback => "loopback address (AllowLoopback is off)",
        _ when local.IsLoopback && !options.AllowLoopback => "address of a loopback interface (AllowLoopback is off)",
        _ when options.AddressFilter?.Invoke(local) == false => "refused by the filter of interfaces and addresses",
        _ => null,
    };

    // A tracking-resistant address is worth nothing beside one that identifies the machine (RFC 8445 §5.1.1.1).
    private static string? RefusalBeside(LocalInterfaceAddress local, List<LocalInterfaceAddress> others) => local switch
    {
        { Address.Family: not IpFamily.IPv6 } or { IsTemporary: true } => null,
        { Address.IsLinkLocal: true } when others.Exists(o => o.IsTemporary) => "link-local address beside a tracking-resistant one",
        _ when others.Exists(o => o.IsTemporary && IsSameNet(local, o)) => "trackable address beside a tracking-resistant one of its prefix",
        _ => null,
    };

    private static bool IsSameNet(LocalInterfaceAddress one, LocalInterfaceAddress other) =>
        one.InterfaceName == other.InterfaceName && one.Address.HasPrefix(other.Address, PrefixOf(other));

    // IPv6 networks of hosts have 64 bits where nobody says otherwise.
    private static int PrefixOf(LocalInterfaceAddress local) =>
        local.PrefixLength > 0 ? local.PrefixLength : local.Address.Family == IpFamily.IPv6 ? 64 : 32;
}
