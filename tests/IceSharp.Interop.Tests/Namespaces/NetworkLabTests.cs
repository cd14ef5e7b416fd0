using System.Net;
using System.Net.Sockets;
using System.Text;
using IceSharp.Interop.Tests.Peers;

namespace IceSharp.Interop.Tests.Namespaces;

/// <summary>The NATs that other tests rely on behave as their names say, tried with sockets and without any code of the library.</summary>
public sealed class NetworkLabTests
{
    private const string Here = "203.0.113.10", There = "203.0.113.11";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    [PeerTheory("namespaces")]
    [InlineData(NatKind.PortRestricted)]
    [InlineData(NatKind.AddressRestricted)]
    [InlineData(NatKind.FullCone)]
    public async Task Mapping_is_the_same_for_every_destination(NatKind kind)
    {
        IPEndPoint[] mappings = await CollectMappingsAsync(kind);

        mappings.Distinct().Should().ContainSingle().Which.Address.Should().Be(IPAddress.Parse("203.0.113.1"));
    }

    [PeerFact("namespaces")]
    public async Task Symmetric_nat_maps_every_destination_anew()
    {
        IPEndPoint[] mappings = await CollectMappingsAsync(NatKind.Symmetric);

        mappings.Distinct().Should().HaveCountGreaterThan(1);
        mappings.Should().OnlyContain(m => m.Address.Equals(IPAddress.Parse("203.0.113.1")));
    }

    [PeerTheory("namespaces")]
    [InlineData(NatKind.Symmetric, "asked")]
    [InlineData(NatKind.PortRestricted, "asked")]
    [InlineData(NatKind.AddressRestricted, "other port,asked")]
    [InlineData(NatKind.FullCone, "other address,other port,asked")]
    public async Task Filter_lets_through_what_its_kind_allows(NatKind kind, string expected)
    {
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        NetworkNamespace servers = await lab.AddPublicHostAsync("servers", Here, There);
        NatNamespace nat = await lab.AddNatAsync("nat", "203.0.113.1", "10.1.0.1", kind);
        NetworkNamespace host = await lab.AddHostBehindAsync(nat, "host");
        using Socket asked = await servers.BindUdpAsync(Here);
        using Socket otherPort = await servers.BindUdpAsync(Here);
        using Socket otherAddress = await servers.BindUdpAsync(There);
        using Socket client = await host.BindUdpAsync(nat.FirstHost);

        await SendAsync(client, asked.LocalEndPoint!, "hello");
        EndPoint mapped = (await ReceiveAsync(asked)).From;
        await SendAsync(otherAddress, mapped, "other address");
        await SendAsync(otherPort, mapped, "other port");
        await SendAsync(asked, mapped, "asked");

        // The three take the same way in order, so the last one says that the others will not come any more.
        List<string> arrived = [];
        do
        {
            arrived.Add((await ReceiveAsync(client)).Text);
        }
        while (arrived[^1] != "asked");

        string.Join(',', arrived).Should().Be(expected);
    }

    [PeerFact("namespaces")]
    public async Task Unsolicited_datagram_does_not_spoil_the_mapping_for_the_answer()
    {
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        NetworkNamespace server = await lab.AddPublicHostAsync("server", Here);
        NatNamespace leftNat = await lab.AddNatAsync("nat-left", "203.0.113.1", "10.1.0.1", NatKind.PortRestricted);
        NatNamespace rightNat = await lab.AddNatAsync("nat-right", "203.0.113.2", "10.2.0.1", NatKind.PortRestricted);
        using Socket rendezvous = await server.BindUdpAsync(Here);
        using Socket left = await (await lab.AddHostBehindAsync(leftNat, "left")).BindUdpAsync("10.1.0.2");
        using Socket right = await (await lab.AddHostBehindAsync(rightNat, "right")).BindUdpAsync("10.2.0.2");
        await SendAsync(left, rendezvous.LocalEndPoint!, "left");
        EndPoint leftMapped = (await ReceiveAsync(rendezvous)).From;
        await SendAsync(right, rendezvous.LocalEndPoint!, "right");
        EndPoint rightMapped = (await ReceiveAsync(rendezvous)).From;

        await SendAsync(left, rightMapped, "knock");
        await SendAsync(right, leftMapped, "open");
        (string text, EndPoint from) = await ReceiveAsync(left);
        await SendAsync(left, rightMapped, "through");

        text.Should().Be("open");
        from.Should().Be(rightMapped);
        (await ReceiveAsync(right)).Should().Be(("through", leftMapped));
    }

    [PeerFact("namespaces")]
    public async Task Nothing_is_left_after_disposal_even_with_a_program_still_running_inside()
    {
        string name;
        await using (NetworkLab lab = await NetworkLab.CreateAsync())
        {
            NetworkNamespace host = await lab.AddPublicHostAsync("host", Here);
            name = host.Name;
            host.Start("sleep", ["60"], TimeSpan.FromSeconds(60));
            File.Exists($"{NamespaceSupport.Directory}/{name}").Should().BeTrue();
        }

        Directory.GetFiles(NamespaceSupport.Directory).Should().NotContain($"{NamespaceSupport.Directory}/{name}");
    }

    [Fact]
    public void Name_tells_a_dead_owner_from_a_living_one()
    {
        NamespaceName mine = OperatingSystem.IsLinux() ? NamespaceName.Next("a-b") : new NamespaceName(1, 2, 3, "a-b");

        NamespaceName.TryParse(mine.ToString(), out NamespaceName? parsed).Should().BeTrue();
        parsed.Should().Be(mine);
        (mine with { StartTicks = mine.StartTicks + 1 }).IsInUse.Should().BeFalse("another process had that ID");
        mine.IsInUse.Should().Be(OperatingSystem.IsLinux());
    }

    private static async Task<IPEndPoint[]> CollectMappingsAsync(NatKind kind)
    {
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        NetworkNamespace servers = await lab.AddPublicHostAsync("servers", Here, There);
        NatNamespace nat = await lab.AddNatAsync("nat", "203.0.113.1", "10.1.0.1", kind);
        NetworkNamespace host = await lab.AddHostBehindAsync(nat, "host");
        using Socket client = await host.BindUdpAsync(nat.FirstHost);
        List<IPEndPoint> mappings = [];
        foreach (string address in new[] { Here, Here, There })
        {
            using Socket server = await servers.BindUdpAsync(address);
            await SendAsync(client, server.LocalEndPoint!, "hello");
            mappings.Add((IPEndPoint)(await ReceiveAsync(server)).From);
        }

        return [.. mappings];
    }

    private static Task<int> SendAsync(Socket socket, EndPoint to, string text) => socket.SendToAsync(Encoding.ASCII.GetBytes(text), to);

    private static async Task<(string Text, EndPoint From)> ReceiveAsync(Socket socket)
    {
        using CancellationTokenSource deadline = new(Deadline);
        byte[] buffer = new byte[1500];
        SocketReceiveFromResult got = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), deadline.Token);
        return (Encoding.ASCII.GetString(buffer, 0, got.ReceivedBytes), got.RemoteEndPoint);
    }
}
