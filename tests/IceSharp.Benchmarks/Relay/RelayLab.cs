using System.Diagnostics;
using System.Globalization;

namespace IceSharp.Benchmarks.Relay;

/// <summary>Two network namespaces with a cable between them, coturn in one of them, and this program once more in the other.</summary>
/// <remarks>Linux, with root's rights, iproute2 and coturn. Everything goes away with the lab.</remarks>
internal sealed class RelayLab : IDisposable
{
    public const string ServerAddress = "10.99.0.2", User = "alice", Password = "relay";

    /// <summary>Set for the program inside.</summary>
    public const string Marker = "ICESHARP_RELAY_LAB";

    private readonly string _client = $"icesharp-rc-{Environment.ProcessId}";
    private readonly string _server = $"icesharp-rs-{Environment.ProcessId}";
    private readonly Process? _coturn;

    public RelayLab()
    {
        try
        {
            Ip($"netns add {_client}");
            Ip($"netns add {_server}");
            Ip($"-n {_client} link add eth0 type veth peer name eth0 netns {_server}");
            Configure(_client, "10.99.0.1");
            Configure(_server, ServerAddress);
            _coturn = Start(
                "ip",
                $"netns exec {_server} turnserver -n --no-cli --no-dtls --no-tls --no-tcp --listening-ip={ServerAddress} --relay-ip={ServerAddress} "
                + $"--lt-cred-mech --user={User}:{Password} --realm=bench --log-file=/dev/null --simple-log --pidfile=/dev/null");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs the suite inside; its lines go to the output.</summary>
    public void RunInside(TextWriter output)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "IceSharp.Benchmarks.dll");
        using Process inside = Start("ip", $"netns exec {_client} env {Marker}=1 {Environment.ProcessPath} {program} suite relay");
        while (inside.StandardOutput.ReadLine() is { } line)
        {
            output.WriteLine(line);
        }

        inside.WaitForExit();
        if (inside.ExitCode != 0)
        {
            throw new InvalidOperationException($"The program in the namespace ended with {inside.ExitCode}.");
        }
    }

    public void Dispose()
    {
        if (_coturn is { } coturn)
        {
            coturn.Kill(entireProcessTree: true);
            coturn.Dispose();
        }

        foreach (string name in new[] { _client, _server })
        {
            using Process delete = Start("ip", $"netns delete {name}");
            delete.WaitForExit();
        }
    }

    private static void Configure(string name, string address)
    {
        Ip($"-n {name} link set lo up");
        Ip($"-n {name} address add {address}/24 dev eth0");
        Ip($"-n {name} link set eth0 up");
    }

    private static void Ip(string arguments)
    {
        using Process ip = Start("ip", arguments);
        ip.WaitForExit();
        if (ip.ExitCode != 0)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"ip {arguments} ended with {ip.ExitCode}."));
        }
    }

    private static Process Start(string program, string arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
}
