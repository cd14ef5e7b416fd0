namespace IceSharp.Interop.Tests.Namespaces;

/// <summary>
/// A small Internet out of network namespaces: one switch that all public addresses (203.0.113.0/24) hang on, hosts on it,
/// NATs on it, and hosts behind those NATs. Everything goes away with the lab; labs do not see each other.
/// </summary>
/// <remarks>Built step by step from one task; the namespaces may be used from many.</remarks>
internal sealed class NetworkLab : IAsyncDisposable
{
    private const string Switch = "switch";

    // Default router of the public network. It forwards nothing: what goes to a private address from there vanishes without
    // an error, as it does in the Internet. (coturn ends an allocation whose data meets "network unreachable".)
    private const string Nowhere = "203.0.113.254";

    private readonly List<NetworkNamespace> _namespaces = [];
    private readonly NetworkNamespace _core;
    private int _lastPort;

    private NetworkLab(NetworkNamespace core)
    {
        _core = core;
        _namespaces.Add(core);
    }

    public static async Task<NetworkLab> CreateAsync()
    {
        await NamespaceSupport.SweepStaleAsync();
        NetworkLab lab = new(await NetworkNamespace.CreateAsync("core"));
        try
        {
            await lab._core.WriteSettingAsync("ipv4/ip_forward", "0");
            await lab._core.IpAsync("link", "add", Switch, "type", "bridge");
            await lab._core.IpAsync("link", "set", Switch, "up");
            await lab._core.IpAsync("address", "add", $"{Nowhere}/24", "dev", Switch);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>A host on the public network.</summary>
    /// <param name="role">Name for people.</param>
    /// <param name="addresses">Its addresses of 203.0.113.0/24, one at least.</param>
    public async Task<NetworkNamespace> AddPublicHostAsync(string role, params string[] addresses)
    {
        NetworkNamespace host = await AddAsync(role);
        await PlugAsync(host, "eth0");
        foreach (string address in addresses)
        {
            await host.IpAsync("address", "add", $"{address}/24", "dev", "eth0");
        }

        await host.IpAsync("route", "add", "default", "via", Nowhere);
        return host;
    }

    /// <summary>A NAT between the public network and a private /24 of its own.</summary>
    /// <param name="role">Name for people.</param>
    /// <param name="publicAddress">Its address of 203.0.113.0/24.</param>
    /// <param name="privateAddress">Its address inside, which ends in .1; the first host behind it gets .2.</param>
    /// <param name="kind">How it behaves.</param>
    public async Task<NatNamespace> AddNatAsync(string role, string publicAddress, string privateAddress, NatKind kind)
    {
        NatNamespace nat = new(await AddAsync(role), publicAddress, privateAddress);
        NetworkNamespace router = nat.Router;
        await PlugAsync(router, "wan");
        await router.IpAsync("address", "add", $"{publicAddress}/24", "dev", "wan");
        await router.IpAsync("route", "add", "default", "via", Nowhere);
        await router.IpAsync("link", "add", "lan", "type", "bridge");
        await router.IpAsync("link", "set", "lan", "up");
        await router.IpAsync("address", "add", $"{privateAddress}/24", "dev", "lan");
        await router.LoadRulesAsync(NatRules.Write(kind, publicAddress, nat.FirstHost));
        await router.WriteSettingAsync("ipv4/ip_forward", "1");
        return nat;
    }

    /// <summary>A host behind a NAT, at the next free address there.</summary>
    public async Task<NetworkNamespace> AddHostBehindAsync(NatNamespace nat, string role)
    {
        NetworkNamespace host = await AddAsync(role);
        string port = $"p{++_lastPort}";
        await CableAsync(nat.Router, port, host, "eth0");
        await nat.Router.IpAsync("link", "set", port, "master", "lan", "up");
        await host.IpAsync("link", "set", "eth0", "up");
        await host.IpAsync("address", "add", $"{nat.TakeAddress()}/24", "dev", "eth0");
        await host.IpAsync("route", "add", "default", "via", nat.PrivateAddress);
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
        return added;
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
