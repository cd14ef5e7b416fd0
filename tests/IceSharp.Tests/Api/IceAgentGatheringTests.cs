using System.Net.NetworkInformation;
using IceSharp.Internal.Network;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Dns;
using IceSharp.TestMarks;
using IceSharp.Testing;
using IceSharp.Tests.Stun;

namespace IceSharp.Tests.Api;

/// <summary>Gathering through the operating system: names, routes, filters and changes of the network.</summary>
public class IceAgentGatheringTests
{
    private static readonly LocalInterfaceAddress First = new("lo", IpAddress.LoopbackV4) { IsLoopback = true };
    private static readonly LocalInterfaceAddress Second = new("lo2", IpAddress.Parse("127.0.0.2")) { IsLoopback = true };

    [Fact]
    [Rfc("ICE-8445-5.1.1.2-d")]
    public async Task A_server_is_found_by_its_SRV_record()
    {
        await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync();
        var resolver = TableResolver.Loopback("server.example.org");
        resolver.Services["_stun._udp.example.org"] = [new SrvRecord(1, 1, (ushort)server.Endpoint.Port, "server.example.org")];
        await using var agent = new IceAgent(TestAgents.Options() with { Servers = [IceServer.Stun("stun:example.org")], NameResolver = resolver });
        using var patience = new CancellationTokenSource(TestAgents.Patience);

        await agent.GatherAllAsync(patience.Token);

        GatheringOutcome asked = agent.Report.Gathering.Should().ContainSingle(o => o.Server != null).Subject;
        asked.Result.Should().Be(GatheringResult.Redundant, "there is no NAT in between, and the server has answered");
        asked.ServerAddress!.Value.Port.Should().Be((ushort)server.Endpoint.Port);
        asked.InterfaceName.Should().NotBeNullOrEmpty();
    }

    [Fact]
    [Rfc("ICE-8445-19.1-a")]
    public async Task Interfaces_are_chosen_by_name_and_ordered_by_cost()
    {
        var network = new FakeNetwork { Interfaces = () => [First, Second, First with { InterfaceName = "docker0", Address = IpAddress.Parse("127.0.0.3") }] };
        await using var agent = new IceAgent(new IceAgentOptions
        {
            Network = network,
            AllowLoopback = true,
            InterfaceFilter = name => name != "docker0",
            InterfaceCost = address => address.InterfaceName == "lo" ? 900 : 0,
        });
        using var patience = new CancellationTokenSource(TestAgents.Patience);

        IceDescription description = await agent.GatherAllAsync(patience.Token);

        description.Streams[0].Candidates.OrderByDescending(c => c.Priority).Select(c => c.Address.Address).Should().Equal(Second.Address, First.Address);
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.4-d")]
    public async Task An_agent_watches_its_network_until_it_is_closed()
    {
        LocalInterfaceAddress[] interfaces = [First, Second];
        var network = new FakeNetwork { Interfaces = () => interfaces };
        var agent = new IceAgent(new IceAgentOptions { Network = network, AllowLoopback = true });
        var told = new TaskCompletionSource<IceLocalAddressChange>(TaskCreationOptions.RunContinuationsAsynchronously);
        agent.LocalAddressesChanged += (_, change) => told.TrySetResult(change);
        using var patience = new CancellationTokenSource(TestAgents.Patience);
        (await agent.GatherAllAsync(patience.Token)).Streams[0].Candidates.Should().HaveCount(2);

        interfaces = [First];
        network.Changed!();
        IceLocalAddressChange change = await told.Task.WaitAsync(patience.Token);

        change.Removed.Should().ContainSingle(a => a.Address == Second.Address);
        change.Added.Should().BeEmpty();
        await agent.DisposeAsync();
        network.Changed.Should().BeNull();
    }

    [Fact]
    [Rfc("ICE-8828-6.2-a")]
    public void The_system_tells_the_local_address_of_a_route()
    {
        RouteFinder.Find(IpAddress.LoopbackV4)!.Address.Should().Be(IpAddress.LoopbackV4);
        RouteFinder.Find(IpAddress.LoopbackV4)!.IsLoopback.Should().BeTrue();
        RouteFinder.Find(IpAddress.Parse("255.255.255.255")).Should().BeNull("broadcast is no route for such a socket");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_agents_on_the_wildcard_address_connect(bool hidesHost)
    {
        IceAgentOptions options = TestAgents.Options() with
        {
            IPHandling = hidesHost ? IceIPHandling.DefaultRouteOnly : IceIPHandling.DefaultRoute,
            RouteDestinations = [IpAddress.LoopbackV4],
        };
        await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync();
        options = options with { Servers = [IceServer.Stun($"stun:127.0.0.1:{server.Endpoint.Port}")] };
        await using var left = new IceAgent(options);
        await using var right = new IceAgent(options);

        (IceConnection sending, IceConnection receiving) = await TestAgents.ConnectAsync(left, right);
        await sending.SendAsync(new byte[] { 1, 2, 3 });

        (await TestAgents.ReceiveAsync(receiving)).Should().Equal(1, 2, 3);
        left.LocalDescription.Streams[0].Candidates.Any(c => c.Type == IceCandidateType.Host).Should().Be(!hidesHost);
    }

    [Theory]
    [Rfc("ICE-webrtc-sdp-c")]
    [InlineData(NetworkInterfaceType.Ethernet, 0)]
    [InlineData(NetworkInterfaceType.Loopback, 0)]
    [InlineData(NetworkInterfaceType.Wireless80211, 10)]
    [InlineData(NetworkInterfaceType.Unknown, 50)]
    [InlineData(NetworkInterfaceType.Tunnel, 51)]
    [InlineData(NetworkInterfaceType.Wwanpp, 900)]
    public void Interfaces_cost_what_browsers_say_they_do(NetworkInterfaceType type, int cost) => InterfaceCost.Of(type).Should().Be(cost);
}
