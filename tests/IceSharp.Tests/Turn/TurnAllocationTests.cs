using System.Net;
using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Turn;
using IceSharp.Testing;

namespace IceSharp.Tests.Turn;

/// <summary>The relayed socket against the test server on loopback.</summary>
public sealed class TurnAllocationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Data_goes_to_a_peer_and_back()
    {
        await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync(Options());
        await using EchoPeer peer = new();
        await using TurnClient client = new();
        using CancellationTokenSource patience = new(Patience);
        await using TurnAllocation relay = await client.AllocateAsync(IceServer.Turn(server.TurnUri, "alice", "correct horse"), cancellationToken: patience.Token);

        byte[] buffer = new byte[1500];
        for (int i = 0; i < 100; i++)
        {
            byte[] sent = Encoding.ASCII.GetBytes($"datagram {i}");
            await relay.SendToAsync(sent, peer.EndPoint, patience.Token);
            TurnReceiveResult received = await relay.ReceiveFromAsync(buffer, patience.Token);
            buffer[..received.Length].Should().Equal(sent);
            received.PeerEndPoint.Should().Be(peer.EndPoint);
        }

        peer.LastSource.Should().Be(relay.RelayedAddress);
        relay.Statistics.DatagramsSent.Should().Be(100);
    }

    [Fact]
    public async Task A_wrong_password_is_told_in_one_sentence()
    {
        await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync(Options());
        await using TurnClient client = new();

        Func<Task> allocate = () => client.AllocateAsync(IceServer.Turn(server.TurnUri, "alice", "wrong"));

        TurnException refused = (await allocate.Should().ThrowAsync<TurnException>()).Which;
        refused.Error.Should().Be(IceError.AuthenticationFailed);
        refused.Failure.Should().Be(TurnFailure.Unauthorized);
        refused.Report.Attempts.Should().ContainSingle().Which.Outcome.Should().Contain("refuses user or password");
        refused.Message.Should().NotContain("wrong");
    }

    private static LoopbackServerOptions Options() => new() { Users = new Dictionary<string, string> { ["alice"] = "correct horse" } };
}
