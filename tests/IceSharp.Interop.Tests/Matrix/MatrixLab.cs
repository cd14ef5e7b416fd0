using System.Globalization;
using IceSharp.Interop.Tests.Coturn;
using IceSharp.Interop.Tests.Namespaces;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>A network for sessions: coturn, and two hosts that either reach each other or are each behind a port restricted NAT.</summary>
internal sealed class MatrixLab : IAsyncDisposable
{
    private const string CoturnAddress = "203.0.113.10", CoturnAddress6 = "2001:db8::10";

    private readonly NetworkLab _network;
    private readonly List<CoturnServer> _servers = [];
    private MatrixCapture? _capture;

    private MatrixLab(NetworkLab network, NetworkNamespace left, NetworkNamespace right)
    {
        _network = network;
        Left = left;
        Right = right;
    }

    /// <summary>Where our side lives.</summary>
    public NetworkNamespace Left { get; }

    /// <summary>Where the other side lives.</summary>
    public NetworkNamespace Right { get; }

    /// <summary>Builds it.</summary>
    /// <param name="hasNats">Whether both hosts are behind NATs; then there is no IPv6.</param>
    /// <param name="lifetime">How long its coturn runs at most.</param>
    public static async Task<MatrixLab> CreateAsync(bool hasNats, TimeSpan lifetime)
    {
        NetworkLab network = await NetworkLab.CreateAsync();
        try
        {
            NetworkNamespace coturn = await network.AddPublicHostAsync("coturn", CoturnAddress);
            MatrixLab lab = hasNats
                ? new(network, await AddBehindNatAsync(network, "left", "203.0.113.21", "10.1.0.1"), await AddBehindNatAsync(network, "right", "203.0.113.22", "10.2.0.1"))
                : new(network, await network.AddPublicHostAsync("left", "203.0.113.31"), await network.AddPublicHostAsync("right", "203.0.113.32"));
            lab._servers.Add(await CoturnServer.StartAsync(new CoturnOptions { Address = CoturnAddress, Lifetime = lifetime }, coturn));
            if (!hasNats)
            {
                await AddIpv6Async(coturn, CoturnAddress6);
                await AddIpv6Async(lab.Left, "2001:db8::31");
                await AddIpv6Async(lab.Right, "2001:db8::32");

                // Clients that do not ask for a family shall get the one they came with.
                lab._servers.Add(await CoturnServer.StartAsync(
                    new CoturnOptions { Address = CoturnAddress6, Lifetime = lifetime, ExtraArguments = ["--allocation-default-address-family=keep"] }, coturn));
            }

            return lab;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>The arguments that tell both sides about the servers.</summary>
    public string[] ServerArguments(InteropMode mode)
    {
        CoturnServer server = _servers[mode.IsIpv6 ? 1 : 0];
        string host = mode.IsIpv6 ? $"[{server.Options.Address}]" : server.Options.Address;
        string endpoint = string.Create(CultureInfo.InvariantCulture, $"{host}:{server.Port}");

        // Others as controlling agents may nominate a relay that answers first. Ours must not, so it gets the choice.
        bool offersRelay = mode.Path != InteropPath.Reflexive || !mode.TheyControl;
        return ["--stun", endpoint, .. offersRelay ? ["--turn", endpoint, "--user", server.Options.User, "--password", server.Options.Password] : Array.Empty<string>()];
    }

    /// <summary>Captures everything from now on.</summary>
    public async Task CaptureAsync(TimeSpan lifetime) => _capture = await MatrixCapture.StartAsync(_network, lifetime);

    /// <summary>What became of the capture: number of STUN messages, and the malformed ones. Ends it.</summary>
    public async Task<(int Messages, IReadOnlyList<string> Malformed)> ReadCaptureAsync() => _capture is null ? (0, []) : await _capture.ReadAsync();

    public async ValueTask DisposeAsync()
    {
        if (_capture is not null)
        {
            await _capture.DisposeAsync();
        }

        foreach (CoturnServer server in _servers)
        {
            await server.DisposeAsync();
        }

        await _network.DisposeAsync();
    }

    private static async Task<NetworkNamespace> AddBehindNatAsync(NetworkLab network, string role, string publicAddress, string privateAddress) =>
        await network.AddHostBehindAsync(await network.AddNatAsync($"nat-{role}", publicAddress, privateAddress, NatKind.PortRestricted), role);

    // Browsers gather only where a default route leads somewhere, a dead end will do.
    private static async Task AddIpv6Async(NetworkNamespace host, string address)
    {
        // Link-local addresses are left out: some agents pair them with global ones, and each side would name another pair.
        await host.IpAsync("link", "set", "eth0", "addrgenmode", "none");
        await host.WriteSettingAsync("ipv6/conf/all/disable_ipv6", "0");
        await host.WriteSettingAsync("ipv6/conf/eth0/disable_ipv6", "0");
        await host.IpAsync("address", "add", $"{address}/64", "dev", "eth0", "nodad");
        await host.IpAsync("-6", "route", "add", "default", "via", "2001:db8::1", "dev", "eth0");
    }
}
