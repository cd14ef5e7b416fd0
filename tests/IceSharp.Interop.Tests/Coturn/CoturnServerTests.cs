using System.Net;
using System.Net.Sockets;
using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Peers;

namespace IceSharp.Interop.Tests.Coturn;

/// <summary>The fixture itself: coturn comes up where it should, and two at once do not disturb each other.</summary>
public sealed class CoturnServerTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    [PeerFact("coturn")]
    public async Task Two_servers_on_loopback_answer_beside_each_other()
    {
        await using CoturnServer first = await CoturnServer.StartAsync();
        await using CoturnServer second = await CoturnServer.StartAsync();
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        IPEndPoint[] seen =
        [
            await BindingProbe.AskAsync(socket, new IPEndPoint(IPAddress.Loopback, first.Port), Deadline),
            await BindingProbe.AskAsync(socket, new IPEndPoint(IPAddress.Loopback, second.Port), Deadline),
        ];

        seen.Should().AllBeEquivalentTo((IPEndPoint)socket.LocalEndPoint!);
    }

    [PeerFact("coturn", "namespaces")]
    public async Task Server_on_the_public_network_sees_the_address_of_the_nat()
    {
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        NetworkNamespace home = await lab.AddPublicHostAsync("coturn", "203.0.113.10");
        NatNamespace nat = await lab.AddNatAsync("nat", "203.0.113.1", "10.1.0.1", NatKind.PortRestricted);
        NetworkNamespace host = await lab.AddHostBehindAsync(nat, "host");
        await using CoturnServer coturn = await CoturnServer.StartAsync(new CoturnOptions { Address = "203.0.113.10" }, home);
        using Socket socket = await host.BindUdpAsync(nat.FirstHost);

        IPEndPoint seen = await BindingProbe.AskAsync(socket, new IPEndPoint(IPAddress.Parse("203.0.113.10"), coturn.Port), Deadline);

        seen.Should().Be(new IPEndPoint(IPAddress.Parse("203.0.113.1"), ((IPEndPoint)socket.LocalEndPoint!).Port));
    }

    [PeerFact("coturn")]
    public async Task Server_that_cannot_start_fails_with_its_log()
    {
        Func<Task> start = () => CoturnServer.StartAsync(new CoturnOptions { ExtraArguments = ["--no-such-option"] });

        (await start.Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should().Contain("unrecognized option");
    }
}
