using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Coturn;

/// <summary>Debian's <c>turnserver</c> with long-term credentials over UDP, on loopback or in a namespace, for one test.</summary>
internal sealed class CoturnServer : IAsyncDisposable
{
    private const int RelayPorts = 200, StartAttempts = 3;

    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(10);

    private readonly Func<ChildProcess> _launch;
    private readonly NetworkNamespace? _home;
    private readonly string _directory;
    private ChildProcess _process;

    private CoturnServer(CoturnOptions options, int port, int tlsPort, Func<ChildProcess> launch, NetworkNamespace? home, string directory)
    {
        _launch = launch;
        _home = home;
        Options = options;
        Port = port;
        TlsPort = tlsPort;
        _process = launch();
        _directory = directory;
    }

    public CoturnOptions Options { get; }

    public int Port { get; }

    /// <summary>Where it offers TLS when it has a certificate.</summary>
    public int TlsPort { get; }

    public string StunUri => $"stun:{Options.Address}:{Port}";

    public string TurnUri => $"turn:{Options.Address}:{Port}?transport=udp";

    public string TurnTcpUri => $"turn:{Options.Address}:{Port}?transport=tcp";

    /// <summary>What it has logged; put it into failure messages.</summary>
    public string Log => _process.Output;

    /// <summary>Starts it and waits until it answers a Binding request.</summary>
    /// <param name="options">Credentials and address.</param>
    /// <param name="home">Where it runs; null is this machine's own network.</param>
    public static async Task<CoturnServer> StartAsync(CoturnOptions? options = null, NetworkNamespace? home = null)
    {
        options ??= new CoturnOptions();
        for (int attempt = 1; ; attempt++)
        {
            // Between picking ports and their use others may take them: on this machine's own network, where tests run beside each other.
            CoturnServer server = await LaunchAsync(options, home);
            try
            {
                await server.WaitUntilReadyAsync(home);
                return server;
            }
            catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
            {
                await server.DisposeAsync();
                if (attempt == StartAttempts)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Waits for a line of its log.</summary>
    public Task<string> WaitForLogAsync(Func<string, bool> matches, TimeSpan deadline) => _process.WaitForLineAsync(matches, deadline);

    /// <summary>Ends it and starts it again with the same ports: it has forgotten every allocation and nonce.</summary>
    public async Task RestartAsync()
    {
        await _process.DisposeAsync();
        _process = _launch();
        await WaitUntilReadyAsync(_home);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<CoturnServer> LaunchAsync(CoturnOptions options, NetworkNamespace? home)
    {
        int port = options.Port != 0 ? options.Port : await PickPortAsync(options.Address, home);
        int tlsPort = options.Certificate is null ? 0 : options.TlsPort != 0 ? options.TlsPort : await PickPortAsync(options.Address, home);
        int firstRelayPort = await PickPortAsync(options.Address, home);
        firstRelayPort = Math.Min(firstRelayPort, 65535 - RelayPorts);
        string directory = Directory.CreateTempSubdirectory("icesharp-coturn-").FullName;
        string[] arguments =
        [
            "-n", "--no-cli", "--no-dtls",
            .. options.RelaysTcp ? [] : new[] { "--no-tcp-relay" },
            .. options.OffersTcp ? [] : new[] { "--no-tcp" },
            .. options.Certificate is { } certificate ? await TlsArgumentsAsync(certificate, directory, tlsPort) : ["--no-tls"],
            $"--listening-ip={options.Address}", $"--relay-ip={options.Address}", Number("listening-port", port),
            .. options.AddressV6 is { } v6 ? [$"--listening-ip={v6}", $"--relay-ip={v6}"] : Array.Empty<string>(),
            Number("min-port", firstRelayPort), Number("max-port", firstRelayPort + RelayPorts - 1),
            "--lt-cred-mech", $"--user={options.User}:{options.Password}", $"--realm={options.Realm}",
            $"--userdb={directory}/users", $"--pidfile={directory}/pid",
            "--log-file=stdout", "--simple-log", "--verbose",
            .. IPAddress.IsLoopback(IPAddress.Parse(options.Address)) ? ["--allow-loopback-peers"] : Array.Empty<string>(),
            .. options.ExtraArguments,
        ];
        ChildProcess Launch() => home is null
            ? ChildProcess.Start("turnserver", arguments, options.Lifetime)
            : home.Start("turnserver", arguments, options.Lifetime);
        return new CoturnServer(options, port, tlsPort, Launch, home, directory);
    }

    private static async Task<string[]> TlsArgumentsAsync(X509Certificate2 certificate, string directory, int port)
    {
        string chain = Path.Combine(directory, "certificate.pem"), key = Path.Combine(directory, "key.pem");
        await File.WriteAllTextAsync(chain, certificate.ExportCertificatePem());
        using ECDsa secret = certificate.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(key, secret.ExportPkcs8PrivateKeyPem());
        return [$"--cert={chain}", $"--pkey={key}", Number("tls-listening-port", port)];
    }

    private async Task WaitUntilReadyAsync(NetworkNamespace? home)
    {
        await _process.WaitForLineAsync(line => line.Contains("UDP listener opened on", StringComparison.Ordinal), ReadyDeadline);
        if (Options.OffersTcp)
        {
            await WaitForStreamListenerAsync(Port);
        }

        if (Options.Certificate is not null)
        {
            await WaitForStreamListenerAsync(TlsPort);
        }

        // It would challenge the probe.
        if (Options.ExtraArguments.Contains("--secure-stun"))
        {
            return;
        }

        using Socket socket = await BindAsync(Options.Address, home);
        await BindingProbe.AskAsync(socket, new IPEndPoint(IPAddress.Parse(Options.Address), Port), ReadyDeadline);
    }

    // With a certificate it speaks both on both ports, and says so.
    private Task<string> WaitForStreamListenerAsync(int port) => _process.WaitForLineAsync(
        line => line.Contains("TCP listener opened on", StringComparison.Ordinal) && line.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port}"), StringComparison.Ordinal),
        ReadyDeadline);

    private static async Task<int> PickPortAsync(string address, NetworkNamespace? home)
    {
        using Socket socket = await BindAsync(address, home);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task<Socket> BindAsync(string address, NetworkNamespace? home)
    {
        if (home is not null)
        {
            return await home.BindUdpAsync(address);
        }

        IPAddress local = IPAddress.Parse(address);
        Socket socket = new(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(local, 0));
        return socket;
    }

    private static string Number(string option, int value) => string.Create(CultureInfo.InvariantCulture, $"--{option}={value}");
}
