using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Namespaces;

/// <summary>One network namespace: a host, a NAT or a switch of a <see cref="NetworkLab"/>.</summary>
internal sealed class NetworkNamespace : IAsyncDisposable
{
    private static readonly TimeSpan CommandDeadline = TimeSpan.FromSeconds(10);

    private readonly NamespaceName _name;

    private NetworkNamespace(NamespaceName name) => _name = name;

    /// <summary>The name <c>ip netns</c> knows.</summary>
    public string Name => _name.ToString();

    public static async Task<NetworkNamespace> CreateAsync(string role)
    {
        NetworkNamespace created = new(NamespaceName.Next(role));
        await ChildProcess.RunAsync("ip", ["netns", "add", created.Name], CommandDeadline);
        try
        {
            // Without IPv6 there is no duplicate address detection to wait for.
            await created.WriteSettingAsync("ipv6/conf/all/disable_ipv6", "1");
            await created.WriteSettingAsync("ipv6/conf/default/disable_ipv6", "1");
            await created.IpAsync("link", "set", "lo", "up");
            return created;
        }
        catch
        {
            await created.DisposeAsync();
            throw;
        }
    }

    /// <summary>Switches IPv6 on, for interfaces that are added from then on. Addresses are usable at once: nobody looks for duplicates, and no router tells any.</summary>
    public async Task EnableIpv6Async()
    {
        foreach (string scope in new[] { "all", "default" })
        {
            await WriteSettingAsync($"ipv6/conf/{scope}/disable_ipv6", "0");
            await WriteSettingAsync($"ipv6/conf/{scope}/accept_dad", "0");
            await WriteSettingAsync($"ipv6/conf/{scope}/accept_ra", "0");
            await WriteSettingAsync($"ipv6/conf/{scope}/accept_redirects", "0");
        }
    }

    /// <summary>Runs <c>ip</c> on the namespace.</summary>
    public Task IpAsync(params string[] arguments) =>
        ChildProcess.RunAsync("ip", ["-n", Name, .. arguments], CommandDeadline);

    /// <summary>Loads an nftables script.</summary>
    public Task LoadRulesAsync(string script) =>
        ChildProcess.RunAsync("nft", ["-f", "-"], CommandDeadline, Name, script);

    /// <summary>Starts a program inside; it ends with the returned object, at the latest at its deadline.</summary>
    public ChildProcess Start(string tool, IEnumerable<string> arguments, TimeSpan deadline) =>
        ChildProcess.Start(tool, arguments, deadline, Name);

    /// <summary>A UDP socket inside, usable from any thread.</summary>
    public Task<Socket> BindUdpAsync(string address, int port = 0) => RunAsync(() =>
    {
        IPAddress local = IPAddress.Parse(address);
        Socket socket = new(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(local, port));
        return socket;
    });

    /// <summary>Runs code of this process inside.</summary>
    public Task<T> RunAsync<T>(Func<T> work) => NamespaceThread.RunAsync(PathOf(_name), work);

    /// <summary>Sets a value below <c>/proc/sys/net</c>; settings the kernel does not have are left alone.</summary>
    public Task WriteSettingAsync(string setting, string value) => RunAsync(() =>
    {
        string path = $"/proc/sys/net/{setting}";
        if (File.Exists(path))
        {
            File.WriteAllText(path, value);
        }

        return true;
    });

    public async ValueTask DisposeAsync() => await DestroyAsync(_name);

    /// <summary>Ends what runs in a namespace of ours and removes it; one that is gone already is fine.</summary>
    public static async Task DestroyAsync(NamespaceName name)
    {
        if (!File.Exists(PathOf(name)))
        {
            return;
        }

        try
        {
            string pids = await ChildProcess.RunAsync("ip", ["netns", "pids", name.ToString()], CommandDeadline);
            foreach (string pid in pids.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                Kill(int.Parse(pid, CultureInfo.InvariantCulture));
            }

            await ChildProcess.RunAsync("ip", ["netns", "delete", name.ToString()], CommandDeadline);
        }
        catch (InvalidOperationException) when (!File.Exists(PathOf(name)))
        {
            // Somebody else swept it at the same moment.
        }
    }

    private static string PathOf(NamespaceName name) => $"{NamespaceSupport.Directory}/{name}";

    private static void Kill(int processId)
    {
        try
        {
            using Process process = Process.GetProcessById(processId);
            process.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It ended by itself.
        }
    }
}
