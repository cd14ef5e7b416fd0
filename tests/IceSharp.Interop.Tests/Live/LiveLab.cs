using System.Globalization;
using IceSharp.Interop.Tests.Coturn;
using IceSharp.Interop.Tests.Namespaces;

namespace IceSharp.Interop.Tests.Live;

/// <summary>The network of the live matrix: coturn with both families, and on each side a home of every kind, built when the first call needs it.</summary>
internal sealed class LiveLab : IAsyncDisposable
{
    private const string CoturnAddress = "203.0.113.10", CoturnIpv6 = "2001:db8::10";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);

    private readonly Dictionary<(bool IsLeft, AccessKind Kind), (NatNamespace Router, NetworkNamespace Host)> _homes = [];
    private NetworkLab? _network;
    private CoturnServer? _coturn;

    public async ValueTask DisposeAsync()
    {
        if (_coturn is { } coturn)
        {
            await coturn.DisposeAsync();
        }

        if (_network is { } network)
        {
            await network.DisposeAsync();
        }
    }

    /// <summary>The host on a side with an access, as if nobody had called before.</summary>
    public async Task<NetworkNamespace> GetHomeAsync(bool isLeft, AccessKind kind)
    {
        if (_network is null)
        {
            await StartAsync();
        }

        if (!_homes.TryGetValue((isLeft, kind), out (NatNamespace Router, NetworkNamespace Host) home))
        {
            int number = (isLeft ? 20 : 40) + (int)kind;
            home = await _network!.AddHomeAsync($"{(isLeft ? "left" : "right")}-{kind}", number, NatOf(kind), LiveCell.HasIpv6(kind));
            _homes.Add((isLeft, kind), home);
        }

        if (kind == AccessKind.AddressRestricted)
        {
            await home.Router.ForgetContactsAsync();
        }

        return home.Host;
    }

    /// <summary>What tells a peer about coturn, at the address that it can reach.</summary>
    public string[] ServerArguments(AccessKind access)
    {
        string host = LiveCell.HasIpv4(access) ? CoturnAddress : $"[{CoturnIpv6}]";
        string endpoint = string.Create(CultureInfo.InvariantCulture, $"{host}:{_coturn!.Port}");
        return ["--stun", endpoint, "--turn", endpoint, "--user", _coturn.Options.User, "--password", _coturn.Options.Password];
    }

    /// <summary>Ends coturn and starts it again, where it was: it knows no allocation any more.</summary>
    public Task RestartCoturnAsync() => _coturn!.RestartAsync();

    private async Task StartAsync()
    {
        _network = await NetworkLab.CreateAsync(ipv6: true);
        NetworkNamespace home = await _network.AddPublicHostAsync("coturn", CoturnAddress, CoturnIpv6);
        _coturn = await CoturnServer.StartAsync(
            new CoturnOptions
            {
                Address = CoturnAddress,
                Lifetime = Lifetime,

                // Clients that do not ask for a family get the one they came with.
                ExtraArguments = [$"--listening-ip={CoturnIpv6}", $"--relay-ip={CoturnIpv6}", "--allocation-default-address-family=keep"],
            },
            home);
    }

    private static NatKind? NatOf(AccessKind kind) => kind switch
    {
        AccessKind.FullCone => NatKind.FullCone,
        AccessKind.AddressRestricted => NatKind.AddressRestricted,
        AccessKind.PortRestricted or AccessKind.DualStack => NatKind.PortRestricted,
        AccessKind.Symmetric or AccessKind.DualStackSymmetric => NatKind.Symmetric,
        _ => null,
    };
}
