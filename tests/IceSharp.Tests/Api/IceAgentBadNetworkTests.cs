using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.Testing;

namespace IceSharp.Tests.Api;

public class IceAgentBadNetworkTests
{
    private static readonly StunRetransmissionSettings Impatient = new() { InitialRto = TimeSpan.FromMilliseconds(50), MaxTransmissions = 2, FinalTimeoutFactor = 2 };

    [Fact]
    public async Task Name_that_does_not_resolve_is_reported_and_gathering_ends_with_host_candidates()
    {
        IceAgentOptions options = TestAgents.Options() with { Network = new FakeNetwork(), Servers = [IceServer.Stun("stun:no.such.example")] };
        await using var agent = new IceAgent(options);

        IceDescription description = await agent.GatherAllAsync().WaitAsync(TestAgents.Patience);

        description.Streams[0].Candidates.Should().ContainSingle(c => c.Type == IceCandidateType.Host);
        agent.Report.Gathering.Should().Contain(o => o.Result == GatheringResult.NameNotResolved && o.Server!.Contains("no.such.example"));
    }

    [Fact]
    public async Task Name_that_resolves_is_used()
    {
        await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync();
        var network = new FakeNetwork { Names = name => name == "stun.example" ? [IpAddress.LoopbackV4] : [] };
        await using var agent = new IceAgent(TestAgents.Options() with { Network = network, Servers = [IceServer.Stun($"stun:stun.example:{server.Endpoint.Port}")] });

        await agent.GatherAllAsync().WaitAsync(TestAgents.Patience);

        agent.Report.Gathering.Should().Contain(o => o.Result == GatheringResult.Redundant && o.Server!.Contains("stun.example"));
    }

    [Fact]
    public async Task Silent_server_ends_gathering_after_its_retransmissions_and_is_named()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var agent = new IceAgent(TestAgents.Options() with { Servers = [IceServer.Stun($"stun:{silent.LocalEndPoint}")], Retransmission = Impatient });

        IceDescription description = await agent.GatherAllAsync().WaitAsync(TestAgents.Patience);

        description.Streams[0].Candidates.Should().ContainSingle();
        agent.Report.Gathering.Should().Contain(o => o.Result == GatheringResult.Timeout && o.Server!.Contains(silent.LocalEndPoint!.ToString()!));
    }

    [Fact]
    public async Task Closed_port_of_a_server_is_no_error_of_the_socket()
    {
        int closed;
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            closed = ((IPEndPoint)socket.LocalEndPoint!).Port;
        }

        IceAgentOptions options = TestAgents.Options() with { Servers = [IceServer.Stun($"stun:127.0.0.1:{closed}")], Retransmission = Impatient };
        await using IceAgent left = new(options), right = TestAgents.Create();
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);

        b.TrySend("still there"u8).Should().Be(IceSendResult.Sent);
        (await TestAgents.ReceiveAsync(a)).Should().Equal("still there"u8.ToArray());
    }

    [Fact]
    public async Task Wrong_password_of_a_relay_is_reported_and_never_printed()
    {
        await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync(new LoopbackServerOptions { Users = new Dictionary<string, string> { ["user"] = "right" } });
        await using var agent = new IceAgent(TestAgents.Options() with { Servers = [IceServer.Turn(server.TurnUri, "user", "wrong-secret")] });

        await agent.GatherAllAsync().WaitAsync(TestAgents.Patience);

        agent.Report.Gathering.Should().Contain(o => o.Result == GatheringResult.Unauthorized);
        (agent.Report.ToString() + agent.Options).Should().NotContain("wrong-secret");
    }

    [Fact]
    public async Task No_usable_interface_fails_gathering_with_a_report()
    {
        await using var agent = new IceAgent(TestAgents.Options() with { Network = new FakeNetwork { Interfaces = () => [] } });

        IceException failure = (await agent.Invoking(a => a.GatherAllAsync().WaitAsync(TestAgents.Patience)).Should().ThrowAsync<IceException>()).Which;

        failure.Error.Should().Be(IceError.NoCandidates);
    }

    [Fact]
    public async Task Interfaces_that_cannot_be_listed_fail_gathering_and_do_not_hang()
    {
        await using var agent = new IceAgent(TestAgents.Options() with { Network = new FakeNetwork { Interfaces = () => throw new IOException("netlink is broken") } });

        Func<Task> enumerate = async () =>
        {
            await foreach (IceCandidate _ in agent.GatherAsync())
            {
            }
        };

        (await enumerate().Invoking(t => t.WaitAsync(TestAgents.Patience)).Should().ThrowAsync<IceException>()).Which.Error.Should().Be(IceError.NoCandidates);
    }

    [Fact]
    public async Task Exhausted_port_range_is_reported_by_name()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        ushort port = (ushort)((IPEndPoint)taken.LocalEndPoint!).Port;
        await using var agent = new IceAgent(TestAgents.Options() with { Ports = new PortRange(port, port) });

        IceException failure = (await agent.Invoking(a => a.GatherAllAsync().WaitAsync(TestAgents.Patience)).Should().ThrowAsync<IceException>()).Which;

        failure.Error.Should().Be(IceError.NoCandidates);
        failure.Report.Gathering.Should().Contain(o => o.Result == GatheringResult.PortRangeExhausted);
        failure.Message.Should().Contain(nameof(GatheringResult.PortRangeExhausted));
    }

    [Fact]
    public async Task Port_range_is_searched_for_a_free_port()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        ushort port = (ushort)((IPEndPoint)taken.LocalEndPoint!).Port;
        PortRange range = port > 60_000 ? new PortRange((ushort)(port - 30), port) : new PortRange(port, (ushort)(port + 30));
        for (int i = 0; i < 5; i++)
        {
            await using var agent = new IceAgent(TestAgents.Options() with { Ports = range });

            ushort chosen = (await agent.GatherAllAsync().WaitAsync(TestAgents.Patience)).Streams[0].Candidates[0].Address.Port;

            chosen.Should().NotBe(port).And.BeInRange(range.First, range.Last);
        }
    }

    [Fact]
    public async Task Peer_that_never_answers_fails_the_connection_with_a_report_of_every_pair()
    {
        IceAgentOptions options = TestAgents.Options() with { PatienceTimeout = TimeSpan.FromMilliseconds(100), Retransmission = Impatient };
        await using IceAgent agent = new(options), other = TestAgents.Create();
        IceDescription silent = await other.GatherAllAsync().WaitAsync(TestAgents.Patience);
        await other.DisposeAsync();
        await agent.GatherAllAsync().WaitAsync(TestAgents.Patience);

        agent.SetRemoteDescription(silent with { Streams = [silent.Streams[0] with { EndOfCandidates = true }] });

        IceException failure = (await agent.Invoking(a => a.ConnectAsync().WaitAsync(TimeSpan.FromSeconds(60))).Should().ThrowAsync<IceException>()).Which;
        failure.Error.Should().Be(IceError.ConnectivityFailed);
        failure.Message.Should().Contain(silent.Streams[0].Candidates[0].Address.ToString());
        failure.Report.Pairs.Should().ContainSingle().Which.Reason.Should().NotBeNullOrEmpty();
        agent.State.Should().Be(IceConnectionState.Failed);
    }

    [Fact]
    public async Task Stream_that_has_no_chance_fails_its_own_connections_only()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var silentAddress = new TransportAddress(IpAddress.LoopbackV4, (ushort)((IPEndPoint)silent.LocalEndPoint!).Port);
        await using IceAgent left = new(TestAgents.Options() with { PatienceTimeout = TimeSpan.FromMilliseconds(100) }), right = TestAgents.Create();
        IceDataStream audio = left.AddDataStream("audio"), video = left.AddDataStream("video");
        right.AddDataStream("audio");
        right.AddDataStream("video");
        IceDescription offer = await left.GatherAllAsync().WaitAsync(TestAgents.Patience);
        IceDescription answer = await right.GatherAllAsync().WaitAsync(TestAgents.Patience);
        IceCandidate nowhere = answer.Streams[0].Candidates[0] with { Address = silentAddress };
        Task<IceConnection> audioConnects = audio.Rtp.ConnectAsync(), videoConnects = video.Rtp.ConnectAsync();

        left.SetRemoteDescription(answer with { Streams = [answer.Streams[0] with { Candidates = [nowhere] }, answer.Streams[1] with { Candidates = [] }] });

        IceException failure = (await videoConnects.Invoking(t => t.WaitAsync(TestAgents.Patience)).Should().ThrowAsync<IceException>()).Which;
        failure.Error.Should().Be(IceError.ConnectivityFailed);
        failure.Message.Should().Contain("'video'");
        failure.Report.Pairs.Should().ContainSingle().Which.Mid.Should().Be("audio");
        video.Rtp.Connection.Completed.IsFaulted.Should().BeTrue();
        audioConnects.IsCompleted.Should().BeFalse();
        left.State.Should().NotBe(IceConnectionState.Failed);

        right.SetRemoteDescription(offer with { Streams = [offer.Streams[0], offer.Streams[1] with { Candidates = [] }] });
        (await audioConnects.WaitAsync(TestAgents.Patience)).TrySend("alive"u8).Should().Be(IceSendResult.Sent);
    }

    [Fact]
    public async Task Wrong_password_in_a_description_is_named_in_the_report_and_its_messages_are_counted()
    {
        IceAgentOptions options = TestAgents.Options() with { PatienceTimeout = TimeSpan.FromMilliseconds(100), Retransmission = Impatient };
        await using IceAgent left = new(options), right = TestAgents.Create();
        left.GetDropCount(DropReason.Unauthenticated).Should().Be(0);
        IceDescription offer = await left.GatherAllAsync().WaitAsync(TestAgents.Patience);
        right.SetRemoteDescription(offer with { Streams = [offer.Streams[0] with { Candidates = [] }] });
        IceDescription answer = await right.GatherAllAsync().WaitAsync(TestAgents.Patience);
        string wrong = new('x', answer.Streams[0].Password.Length);

        left.SetRemoteDescription(answer with { Streams = [answer.Streams[0] with { Password = wrong }] });

        IceException failure = (await left.Invoking(a => a.ConnectAsync().WaitAsync(TestAgents.Patience)).Should().ThrowAsync<IceException>()).Which;
        failure.Error.Should().Be(IceError.ConnectivityFailed);
        failure.Report.Pairs.Should().ContainSingle().Which.Reason.Should().Contain("authentication");
        failure.Message.Should().Contain("authentication").And.NotContain(wrong);
        (left.GetDropCount(DropReason.Unauthenticated) + right.GetDropCount(DropReason.Unauthenticated)).Should().BeGreaterThan(0);
        left.GetDropCount(DropReason.MalformedStun).Should().Be(0);
        left.Invoking(a => a.GetDropCount((DropReason)99)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
