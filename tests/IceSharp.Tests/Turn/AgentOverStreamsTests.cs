using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.Testing;
using IceSharp.TestServers;

namespace IceSharp.Tests.Turn;

/// <summary>Agents whose relay is reached over TCP, TLS and a proxy.</summary>
public sealed class AgentOverStreamsTests
{
    [Theory]
    [InlineData(StunUriTransport.Tcp, false)]
    [InlineData(StunUriTransport.Tls, false)]
    [InlineData(StunUriTransport.Tls, true)]
    public async Task Data_flows_through_the_relay_both_ways(StunUriTransport transport, bool proxied)
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await using HttpProxyServer proxy = new(HttpProxyServer.AcceptAll);
        await using IceAgent left = new(Options(server, transport) with { Proxy = proxied ? new IceHttpProxy("127.0.0.1", proxy.Port) : null }), right = TestAgents.Create();
        using CancellationTokenSource patience = new(TestAgents.Patience);

        (IceConnection fromLeft, IceConnection fromRight) = await TestAgents.ConnectAsync(left, right);
        byte[] buffer = new byte[2000];
        for (int length = 0; length < 40; length++)
        {
            await fromLeft.SendAsync(new byte[length], patience.Token);
            (await fromRight.ReceiveAsync(buffer, patience.Token)).Should().Be(length);
            await fromRight.SendAsync(new byte[length + 1], patience.Token);
            (await fromLeft.ReceiveAsync(buffer, patience.Token)).Should().Be(length + 1);
        }

        (await fromLeft.Completed.WaitAsync(patience.Token)).Local.Type.Should().Be(IceCandidateType.Relayed);
        left.DataStreams[0].Rtp.Connection.Should().BeSameAs(fromLeft);
        (await server.QueryAsync(m => m.Allocations.Count)).Should().Be(1);
        proxy.Requests.Should().HaveCount(proxied ? 1 : 0);
        await left.DisposeAsync();
        (await server.QueryAsync(m => m.Allocations.Count)).Should().Be(0);
    }

    [Fact]
    public async Task A_server_that_cannot_prove_its_name_gives_no_candidate_and_is_reported()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        IceAgentOptions options = Options(server, StunUriTransport.Tls);
        await using IceAgent agent = new(options with { TransportPolicy = IceTransportPolicy.All, Tls = options.Tls with { VerificationName = "another.example" } });
        using CancellationTokenSource patience = new(TestAgents.Patience);

        IceDescription description = await agent.GatherAllAsync(patience.Token);

        description.Streams[0].Candidates.Should().OnlyContain(c => c.Type == IceCandidateType.Host);
        agent.Report.Gathering.Should().ContainSingle(o => o.Server != null).Which.Detail.Should().Contain("another.example");
    }

    [Fact]
    public async Task A_connection_to_the_server_that_ends_takes_the_relayed_pair_with_it()
    {
        LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await using IceAgent left = new(Options(server, StunUriTransport.Tcp)), right = TestAgents.Create();
        (IceConnection fromLeft, _) = await TestAgents.ConnectAsync(left, right);
        TaskCompletionSource lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        left.SelectedPairChanged += (_, change) =>
        {
            if (change.Pair is null)
            {
                lost.TrySetResult();
            }
        };

        await server.DisposeAsync();
        await lost.Task.WaitAsync(TestAgents.Patience);

        fromLeft.TrySend("anything"u8).Should().Be(IceSendResult.NoRoute);
    }

    private static IceAgentOptions Options(LoopbackStunTurnServer server, StunUriTransport transport) => TestAgents.Options() with
    {
        Servers = [TurnBench.Server(server, transport)],
        TransportPolicy = IceTransportPolicy.RelayOnly,
        Tls = TurnBench.Options(server).Tls,
    };
}
