using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Namespaces;

/// <summary>
/// A small Internet out of network namespaces: one switch that all public addresses (203.0.113.0/24) hang on, hosts on it,
/// NATs on it, and hosts behind those NATs. Everything goes away with the lab; labs do not see each other.
/// </summary>
/// <remarks>Built step by step from one task; the namespaces may be used from many.</remarks>
internal sealed class NetworkLab : IAsyncDisposable
{
    /// <summary>Name of the device that all of the public network passes.</summary>
    public const string Switch = "switch";

    // Default router of the public network. It forwards nothing: what goes to a private address from there vanishes without
    // an error, as it does in the Internet. (coturn ends an allocation whose data meets "network unreachable".)
    private const string Nowhere = "203.0.113.254";

    // And of the public network for IPv6, where it knows the way to every home: there private addresses do not exist.
    private const string Ipv6Router = "2001:db8::1";

    private readonly List<NetworkNamespace> _namespaces = [];
    private readonly NetworkNamespace _core;
    private readonly bool _hasIpv6;
    private int _lastPort;

    private NetworkLab(NetworkNamespace core, bool hasIpv6)
    {
        _core = core;
        _hasIpv6 = hasIpv6;
        _namespaces.Add(core);
    }

    /// <summary>Builds the public network, without hosts.</summary>
    /// <param name="ipv6">Whether there is IPv6 too, 2001:db8::/64 in public.</param>
    public static async Task<NetworkLab> CreateAsync(bool ipv6 = false)
    {
        await NamespaceSupport.SweepStaleAsync();
        NetworkLab lab = new(await NetworkNamespace.CreateAsync("core"), ipv6);
        try
        {
            if (ipv6)
            {
                await lab._core.EnableIpv6Async();
            }

            await lab._core.WriteSettingAsync("ipv4/ip_forward", "0");
            await lab._core.IpAsync("link", "add", Switch, "type", "bridge");
            await lab._core.IpAsync("link", "set", Switch, "up");
            await lab._core.IpAsync("address", "add", $"{Nowhere}/24", "dev", Switch);
            if (ipv6)
            {
                await lab._core.WriteSettingAsync("ipv6/conf/all/forwarding", "1");
                await lab._core.IpAsync("address", "add", $"{Ipv6Router}/64", "dev", Switch, "nodad");
            }

            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a program where it sees the switch.</summary>
    public ChildProcess StartAtSwitch(string tool, IEnumerable<string> arguments, TimeSpan deadline) => _core.Start(tool, arguments, deadline);

    /// <summary>A host on the public network.</summary>
    /// <param name="role">Name for people.</param>
    /// <param name="addresses">Its addresses of 203.0.113.0/24 and, where there is IPv6, of 2001:db8::/64; the first one of IPv4.</param>
    public async Task<NetworkNamespace> AddPublicHostAsync(string role, params string[] addresses)
    {
        NetworkNamespace host = await AddAsync(role);
        await PlugAsync(host, "eth0");
        foreach (string address in addresses)
        {
            bool isIpv6 = address.Contains(':', StringComparison.Ordinal);
            await host.IpAsync("address", "add", isIpv6 ? $"{address}/64" : $"{address}/24", "dev", "eth0");
        }

        await host.IpAsync("route", "add", "default", "via", Nowhere);
        if (_hasIpv6)
        {
            await host.IpAsync("-6", "route", "add", "default", "via", Ipv6Router);
        }

        return host;
    }

    /// <summary>A NAT between the public network and a private /24 of its own.</summary>
    /// <param name="role">Name for people.</param>
    /// <param name="publicAddress">Its address of 203.0.113.0/24.</param>
    /// <param name="privateAddress">Its address inside, which ends in .1; the first host behind it gets .2.</param>
    /// <param name="kind">How it behaves.</param>
    public async Task<NatNamespace> AddNatAsync(string role, string publicAddress, string privateAddress, NatKind kind)
    {
        NatNamespace nat = await AddRouterAsync(role, publicAddress, privateAddress);
        await AddNatAsync(nat, kind);
        return nat;
    }

    /// <summary>A home: a router with a NAT, a stateful IPv6 firewall, or both, and one host behind it.</summary>
    /// <param name="role">Name for people.</param>
    /// <param name="number">2 to 99, of its own: the router is 203.0.113.N and 2001:db8::N, the host 10.N.0.2 and 2001:db8:N::2.</param>
    /// <param name="kind">How the NAT behaves; null leaves IPv4 out.</param>
    /// <param name="hasIpv6">Whether there is IPv6; the lab must have it.</param>
    public async Task<(NatNamespace Router, NetworkNamespace Host)> AddHomeAsync(string role, int number, NatKind? kind, bool hasIpv6)
    {
        NatNamespace home = await AddRouterAsync($"{role}-router", $"203.0.113.{number}", $"10.{number}.0.1");
        if (kind is { } behaviour)
        {
            await AddNatAsync(home, behaviour);
        }

        if (hasIpv6)
        {
            await AddFirewallAsync(home, $"2001:db8::{number}", $"2001:db8:{number}::");
        }

        return (home, await AddHostBehindAsync(home, role));
    }

    /// <summary>A host behind a NAT, at the next free address there.</summary>
    public async Task<NetworkNamespace> AddHostBehindAsync(NatNamespace nat, string role)
    {
        NetworkNamespace host = await AddAsync(role);
        string port = $"p{++_lastPort}";
        await CableAsync(nat.Router, port, host, "eth0");
        await nat.Router.IpAsync("link", "set", port, "master", "lan", "up");
        await host.IpAsync("link", "set", "eth0", "up");
        string address = nat.TakeAddress();
        if (nat.HasIpv4)
        {
            await host.IpAsync("address", "add", $"{address}/24", "dev", "eth0");
            await host.IpAsync("route", "add", "default", "via", nat.PrivateAddress);
        }

        if (nat.Ipv6Prefix is { } prefix)
        {
            await host.IpAsync("address", "add", $"{prefix}{address[(address.LastIndexOf('.') + 1)..]}/64", "dev", "eth0", "nodad");
            await host.IpAsync("-6", "route", "add", "default", "via", $"{prefix}1");
        }

        return host;
    }

    /// <summary>Removes everything, each namespace even when another one resists.</summary>
    public async ValueTask DisposeAsync()
    {
        List<Exception> failures = [];
        foreach (NetworkNamespace each in Enumerable.Reverse(_namespaces))
        {
            try
            {
                await each.DisposeAsync();
            }
            catch (InvalidOperationException failure)
            {
                failures.Add(failure);
            }
        }

        _namespaces.Clear();
        if (failures.Count > 0)
        {
            throw new AggregateException("Not every network namespace could be removed.", failures);
        }
    }

    private async Task<NetworkNamespace> AddAsync(string role)
    {
        NetworkNamespace added = await NetworkNamespace.CreateAsync(role);
        _namespaces.Add(added);
        if (_hasIpv6)
        {
            await added.EnableIpv6Async();
        }

        return added;
    }

    private async Task<NatNamespace> AddRouterAsync(string role, string publicAddress, string privateAddress)
    {
        NatNamespace home = new(await AddAsync(role), publicAddress, privateAddress);
        await PlugAsync(home.Router, "wan");
        await home.Router.IpAsync("link", "add", "lan", "type", "bridge");
        await home.Router.IpAsync("link", "set", "lan", "up");
        return home;
    }

    private static async Task AddNatAsync(NatNamespace home, NatKind kind)
    {
        NetworkNamespace router = home.Router;
        await router.IpAsync("address", "add", $"{home.PublicAddress}/24", "dev", "wan");
        await router.IpAsync("route", "add", "default", "via", Nowhere);
        await router.IpAsync("address", "add", $"{home.PrivateAddress}/24", "dev", "lan");
        await router.LoadRulesAsync(NatRules.Write(kind, home.PublicAddress, home.FirstHost));
        await router.WriteSettingAsync("ipv4/ip_forward", "1");
        home.HasIpv4 = true;
    }

    private async Task AddFirewallAsync(NatNamespace home, string publicAddress, string prefix)
    {
        NetworkNamespace router = home.Router;
        await router.IpAsync("address", "add", $"{publicAddress}/64", "dev", "wan", "nodad");
        await router.IpAsync("-6", "route", "add", "default", "via", Ipv6Router);
        await router.IpAsync("address", "add", $"{prefix}1/64", "dev", "lan", "nodad");
        await router.LoadRulesAsync(NatRules.WriteIpv6Firewall());
        await router.WriteSettingAsync("ipv6/conf/all/forwarding", "1");
        await _core.IpAsync("-6", "route", "add", $"{prefix}/64", "via", publicAddress);
        home.Ipv6Prefix = prefix;
    }

    private async Task PlugAsync(NetworkNamespace host, string device)
    {
        string port = $"p{++_lastPort}";
        await CableAsync(_core, port, host, device);
        await _core.IpAsync("link", "set", port, "master", Switch, "up");
        await host.IpAsync("link", "set", device, "up");
    }

    private static Task CableAsync(NetworkNamespace left, string leftDevice, NetworkNamespace right, string rightDevice) =>
        left.IpAsync("link", "add", leftDevice, "type", "veth", "peer", "name", rightDevice, "netns", right.Name);
}
