using IceSharp.Testing;

namespace IceSharp.Tests.Api;

public class ReplayOfRealSocketsTests
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_session_recorded_on_real_sockets_replays_byte_for_byte(bool relayed)
    {
        await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync(new LoopbackServerOptions
        {
            Users = new Dictionary<string, string> { ["user"] = "password" },
        });
        using MemoryStream first = new(), second = new();
        using ReplayRecorder one = new(first), two = new(second);
        IceAgentOptions options = TestAgents.Options() with
        {
            Servers = [IceServer.Turn(server.TurnUri, "user", "password")],
            TransportPolicy = relayed ? IceTransportPolicy.RelayOnly : IceTransportPolicy.All,
        };
        await using (IceAgent left = new(options with { Journal = one }), right = new(options with { Journal = two }))
        {
            (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);
            await a.SendAsync("from left"u8.ToArray());
            (await TestAgents.ReceiveAsync(b)).Should().Equal("from left"u8.ToArray());
            await b.Completed.WaitAsync(TestAgents.Patience);
        }

        one.Dispose();
        two.Dispose();
        foreach (MemoryStream recording in new[] { first, second })
        {
            using MemoryStream file = new(recording.ToArray());
            Replay replay = Replay.Load(file);
            ReplayResult result = replay.Run();

            result.Difference.Should().BeNull("entry {0}; {1}", result.Entry, replay.ToTimeline());
            result.Datagrams.Should().BeGreaterThan(3);
            replay.ToTimeline().Should().Contain("Checking -> ").And.NotContain("password");
        }
    }
}
