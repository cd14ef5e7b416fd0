using IceSharp.Protocol;
using IceSharp.Testing;

namespace IceSharp.Tests.Api;

public class IceAgentConnectTests
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Two_agents_on_loopback_connect_and_carry_data_both_ways(bool portable)
    {
        await using IceAgent left = TestAgents.Create(portable), right = TestAgents.Create(portable);
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);

        await a.SendAsync("from left"u8.ToArray());
        b.TrySend("from right"u8).Should().Be(IceSendResult.Sent);

        (await TestAgents.ReceiveAsync(b)).Should().Equal("from left"u8.ToArray());
        (await TestAgents.ReceiveAsync(a)).Should().Equal("from right"u8.ToArray());
        IceCandidatePairInfo nominated = await a.Completed.WaitAsync(TestAgents.Patience);
        (await b.Completed.WaitAsync(TestAgents.Patience)).Local.Address.Should().Be(nominated.Remote.Address);
        left.Role.Should().Be(IceRole.Controlling);
        right.Role.Should().Be(IceRole.Controlled);
    }

    [Fact]
    public async Task Trickled_candidates_connect_two_agents_with_rtp_and_rtcp()
    {
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        IceDataStream a = left.AddDataStream("audio", rtcp: true), b = right.AddDataStream("audio", rtcp: true);

        right.SetRemoteDescription(left.LocalDescription);
        left.SetRemoteDescription(right.LocalDescription);
        await Task.WhenAll(TrickleAsync(left, b), TrickleAsync(right, a)).WaitAsync(TestAgents.Patience);

        IceConnection[] connections = await Task.WhenAll(a.Rtp.ConnectAsync(), a.Rtcp.ConnectAsync(), b.Rtp.ConnectAsync(), b.Rtcp.ConnectAsync()).WaitAsync(TestAgents.Patience);
        connections[1].TrySend("rtcp"u8).Should().Be(IceSendResult.Sent);
        (await TestAgents.ReceiveAsync(connections[3])).Should().Equal("rtcp"u8.ToArray());
        await Task.WhenAll(connections.Select(c => c.Completed)).WaitAsync(TestAgents.Patience);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Data_flows_through_a_relay(bool portable)
    {
        await using LoopbackStunTurnServer server = await StartTurnAsync();
        IceAgentOptions options = TestAgents.Options(portable) with
        {
            Servers = [IceServer.Turn(server.TurnUri, "user", "password")],
            TransportPolicy = IceTransportPolicy.RelayOnly,
        };
        await using IceAgent left = new(options), right = new(options);
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);

        byte[] small = [1, 2, 3];
        byte[] large = Enumerable.Range(0, 5000).Select(i => (byte)i).ToArray();
        await a.SendAsync(small);
        await b.SendAsync(large);

        (await TestAgents.ReceiveAsync(b)).Should().Equal(small);
        (await TestAgents.ReceiveAsync(a)).Should().Equal(large);
        a.SelectedPair!.Local.Type.Should().Be(IceCandidateType.Relayed);
    }

    [Fact]
    public async Task Closing_releases_the_allocation()
    {
        await using LoopbackStunTurnServer server = await StartTurnAsync();
        var agent = new IceAgent(TestAgents.Options() with { Servers = [IceServer.Turn(server.TurnUri, "user", "password")] });
        IceDescription description = await agent.GatherAllAsync().WaitAsync(TestAgents.Patience);
        description.Streams[0].Candidates.Should().Contain(c => c.Type == IceCandidateType.Relayed);

        await agent.DisposeAsync().AsTask().WaitAsync(TestAgents.Patience);

        (await server.QueryAsync(machine => machine.Allocations.Count)).Should().Be(0);
    }

    [Fact]
    public async Task Every_first_byte_passes_as_application_data()
    {
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);

        for (int first = 0; first < 256; first++)
        {
            byte[] packet = [(byte)first, 0, 0, 4, 5, 6];
            a.TrySend(packet).Should().Be(IceSendResult.Sent);
            (await TestAgents.ReceiveAsync(b)).Should().Equal(packet);
        }
    }

    [Fact]
    public async Task Checklist_and_selected_pair_can_be_looked_at()
    {
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        (IceConnection a, _) = await TestAgents.ConnectAsync(left, right);
        await a.Completed.WaitAsync(TestAgents.Patience);

        IceCandidatePairInfo pair = a.Component.Stream.CandidatePairs.Should().ContainSingle(p => p.IsNominated).Subject;
        pair.Remote.Address.Should().Be(a.SelectedPair!.Remote.Address);
        left.Report.Gathering.Should().Contain(o => o.Result == GatheringResult.Found);
    }

    [Fact]
    public async Task State_changes_are_told_in_order_and_off_the_loop()
    {
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        var states = new List<IceConnectionState>();
        var completed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        left.StateChanged += (_, change) =>
        {
            states.Add(change.State);
            if (change.State == IceConnectionState.Completed)
            {
                completed.SetResult(Thread.CurrentThread.IsThreadPoolThread);
            }
        };

        await TestAgents.ConnectAsync(left, right);

        (await completed.Task.WaitAsync(TestAgents.Patience)).Should().BeTrue();
        states.Should().Equal(IceConnectionState.Checking, IceConnectionState.Connected, IceConnectionState.Completed);
    }

    [Fact]
    public async Task Handler_that_never_returns_holds_up_nothing()
    {
        using var release = new ManualResetEventSlim();
        IceAgent left = TestAgents.Create();
        await using IceAgent right = TestAgents.Create();
        left.StateChanged += (_, _) => release.Wait();

        (IceConnection a, _) = await TestAgents.ConnectAsync(left, right);
        await a.Completed.WaitAsync(TestAgents.Patience);
        await left.DisposeAsync().AsTask().WaitAsync(TestAgents.Patience);
        release.Set();
    }

    [Fact]
    public async Task Two_hundred_agents_share_few_threads_and_leave_nothing_behind()
    {
        for (int i = 0; i < 100; i++)
        {
            await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
            await TestAgents.ConnectAsync(left, right);
            LoopThreads.Count().Should().BeLessThanOrEqualTo(2 * Environment.ProcessorCount);
        }
    }

    private static async Task TrickleAsync(IceAgent from, IceDataStream to)
    {
        await foreach (IceCandidate candidate in from.GatherAsync())
        {
            candidate.Mid.Should().Be(to.Mid);
            to.AddRemoteCandidate(IceCandidate.Parse(candidate.ToSdp()));
        }

        to.EndRemoteCandidates();
    }

    private static Task<LoopbackStunTurnServer> StartTurnAsync() => LoopbackStunTurnServer.StartAsync(new LoopbackServerOptions
    {
        Users = new Dictionary<string, string> { ["user"] = "password" },
    });
}
