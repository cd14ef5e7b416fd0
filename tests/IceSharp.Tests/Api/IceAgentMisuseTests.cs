using IceSharp.Protocol.Agent;

namespace IceSharp.Tests.Api;

public class IceAgentMisuseTests
{
    [Theory]
    [InlineData("turns:turn.example.org?transport=udp")]
    [InlineData("turns:192.0.2.1")]
    [InlineData("turn:turn.example.org?transport=sctp")]
    public void Transport_that_is_not_there_yet_is_refused_by_name(string uri)
    {
        FluentActions.Invoking(() => new IceAgent(new IceAgentOptions { Servers = [IceServer.Turn(uri, "user", "password")] }))
            .Should().Throw<NotSupportedException>().WithMessage($"*{uri}*");
    }

    [Fact]
    public void Servers_are_parsed_and_keep_their_password_to_themselves()
    {
        IceServer server = IceServer.Turn("turn:turn.example.org:3479", "user", "secret");

        server.Uri.EffectivePort.Should().Be(3479);
        server.ToString().Should().Be("turn:turn.example.org:3479");
        FluentActions.Invoking(() => IceServer.Stun("turn:turn.example.org")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => IceServer.Turn("stun:stun.example.org", "u", "p")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => IceServer.Stun("stun://stun.example.org")).Should().Throw<FormatException>();
        FluentActions.Invoking(() => IceServer.Turn("turn:turn.example.org", "", "p")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Options_outside_their_ranges_name_themselves()
    {
        IceAgentOptions good = new();
        (IceAgentOptions Options, string Name)[] bad =
        [
            (good with { ReceiveQueueCapacity = 0 }, nameof(good.ReceiveQueueCapacity)),
            (good with { SocketReceiveBufferBytes = -1 }, nameof(good.SocketReceiveBufferBytes)),
            (good with { SocketSendBufferBytes = int.MaxValue }, nameof(good.SocketSendBufferBytes)),
            (good with { Pacing = TimeSpan.Zero }, nameof(good.Pacing)),
            (good with { KeepaliveInterval = TimeSpan.FromSeconds(1) }, nameof(good.KeepaliveInterval)),
            (good with { Ports = new PortRange(20, 10) }, nameof(good.Ports)),
        ];
        foreach ((IceAgentOptions options, string name) in bad)
        {
            FluentActions.Invoking(() => new IceAgent(options)).Should().Throw<ArgumentOutOfRangeException>().WithMessage($"*{name}*");
        }
    }

    [Fact]
    public async Task Streams_have_names_of_their_own_before_and_after_the_start()
    {
        await using IceAgent agent = TestAgents.Create();
        IceDataStream audio = agent.AddDataStream("audio");

        agent.Invoking(a => a.AddDataStream("audio")).Should().Throw<ArgumentException>();
        agent.Invoking(a => a.AddDataStream("no spaces")).Should().Throw<ArgumentException>();
        agent.Invoking(a => a.AddDataStream("video", 257)).Should().Throw<ArgumentOutOfRangeException>();
        audio.Invoking(s => s.Rtcp).Should().Throw<InvalidOperationException>();
        audio.Invoking(s => s.Component(0)).Should().Throw<ArgumentOutOfRangeException>();
        agent.LocalDescription.Streams.Should().ContainSingle();
        agent.AddDataStream("video").Index.Should().Be(1);
        agent.LocalDescription.Streams.Select(s => s.Mid).Should().Equal("audio", "video");
        await agent.GatherAllAsync();
        agent.Invoking(a => a.AddDataStream("video")).Should().Throw<ArgumentException>();
        agent.Invoking(a => a.AddDataStream("no spaces")).Should().Throw<ArgumentException>();
        await using IceAgent other = TestAgents.Create();
        agent.Invoking(a => a.RemoveDataStream(other.AddDataStream("x"))).Should().Throw<ArgumentException>().WithMessage("*another agent*");
    }

    [Fact]
    public async Task Remote_description_that_does_not_fit_is_the_callers_fault_and_ends_nothing()
    {
        await using IceAgent agent = TestAgents.Create(), other = TestAgents.Create();
        await using var third = new IceAgent(TestAgents.Options());
        third.AddDataStream("a");
        third.AddDataStream("b");
        IceDescription good = other.LocalDescription;

        agent.Invoking(a => a.SetRemoteDescription(third.LocalDescription)).Should().Throw<ArgumentException>().WithMessage("*2 streams*");
        agent.Invoking(a => a.SetRemoteDescription(good with { Streams = [good.Streams[0] with { Password = "" }] })).Should().Throw<ArgumentException>();
        agent.SetRemoteDescription(good);
        agent.Invoking(a => a.SetRemoteDescription(good with { IsLite = true })).Should().Throw<ArgumentException>().WithMessage("*restart*");

        (await agent.GatherAllAsync().WaitAsync(TestAgents.Patience)).Streams[0].Candidates.Should().NotBeEmpty();
        agent.Role.Should().Be(IceRole.Controlled);
    }

    [Fact]
    public async Task Hand_made_description_outside_the_grammar_is_refused_by_stream_and_reason()
    {
        await using IceAgent agent = TestAgents.Create(), other = TestAgents.Create();
        IceDescription good = other.LocalDescription;
        IceStreamDescription stream = good.Streams[0];
        (IceStreamDescription Stream, string Message)[] bad =
        [
            (stream with { Ufrag = "abc" }, "*'0'*ufrag*"),
            (stream with { Ufrag = "spa ce" }, "*'0'*ufrag*"),
            (stream with { Ufrag = new string('u', 257) }, "*'0'*ufrag*"),
            (stream with { Password = new string('p', 21) }, "*'0'*password*"),
            (stream with { Password = "not-an-ice-char-in-the-middle" }, "*'0'*password*"),
            (stream with { Password = new string('p', 257) }, "*'0'*password*"),
        ];

        foreach ((IceStreamDescription told, string message) in bad)
        {
            agent.Invoking(a => a.SetRemoteDescription(good with { Streams = [told] })).Should().Throw<ArgumentException>().WithMessage(message)
                .Which.Message.Should().NotContain(stream.Password);
        }

        agent.SetRemoteDescription(good);
        agent.SetRemoteDescription(good);
        (await agent.GatherAllAsync().WaitAsync(TestAgents.Patience)).Streams[0].Candidates.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Local_description_can_be_asked_for_at_any_time()
    {
        await using IceAgent agent = TestAgents.Create();
        IceDescription bare = agent.LocalDescription;
        IceDescription full = await agent.GatherAllAsync().WaitAsync(TestAgents.Patience);

        bare.Streams[0].Candidates.Should().BeEmpty();
        full.Streams[0].Ufrag.Should().Be(bare.Streams[0].Ufrag);
        agent.LocalDescription.Streams[0].Candidates.Should().BeEquivalentTo(full.Streams[0].Candidates);

        await using IceAgent late = TestAgents.Create();
        await foreach (IceCandidate _ in late.GatherAsync())
        {
        }

        late.LocalDescription.Streams[0].Candidates.Should().NotBeEmpty();
    }

    [Fact]
    public async Task Local_description_does_not_wait_for_an_executor_that_the_caller_drives()
    {
        var executor = new StepExecutor();
        await using IceAgent peer = TestAgents.Create();
        var agent = new IceAgent(TestAgents.Options() with { LoopExecutor = executor, Network = new FakeNetwork() });
        agent.SetRemoteDescription(peer.LocalDescription);

        IceDescription description = await Task.Run(() => agent.LocalDescription).WaitAsync(TestAgents.Patience);

        description.Streams.Should().ContainSingle();
        agent.Role.Should().Be(IceRole.Controlled, "the peer's description came first");
        Task disposal = agent.DisposeAsync().AsTask();
        executor.Run();
        await disposal.WaitAsync(TestAgents.Patience);
        executor.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public async Task Cancellation_gives_up_waiting_and_the_agent_goes_on()
    {
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        using var soon = new CancellationTokenSource();
        Task<IceConnection> connect = left.ConnectAsync(soon.Token);
        Task<int> receive = left.DataStreams[0].Rtp.Connection.ReceiveAsync(new byte[10], soon.Token).AsTask();

        await soon.CancelAsync();

        await connect.Invoking(t => t).Should().ThrowAsync<OperationCanceledException>();
        await receive.Invoking(t => t).Should().ThrowAsync<OperationCanceledException>();
        await left.Invoking(a => a.GatherAllAsync(soon.Token)).Should().ThrowAsync<OperationCanceledException>();
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);
        b.TrySend("alive"u8).Should().Be(IceSendResult.Sent);
        (await TestAgents.ReceiveAsync(a)).Should().Equal("alive"u8.ToArray());
    }
}
