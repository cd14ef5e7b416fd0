using IceSharp.Protocol;

namespace IceSharp.Tests.Api;

/// <summary>One offer that two answer, over loopback.</summary>
public class IceAgentForkTests
{
    [Fact]
    public async Task A_connection_moves_to_the_peer_that_answered_last_and_back()
    {
        await using IceAgent caller = TestAgents.Create(), desk = TestAgents.Create(), mobile = TestAgents.Create();
        IceDescription offer = await caller.GatherAllAsync().WaitAsync(TestAgents.Patience);
        IceDescription ofDesk = await AnswerAsync(desk, offer), ofMobile = await AnswerAsync(mobile, offer);

        caller.SetRemoteDescription(ofDesk, IceDescriptionKind.Answer);
        IceConnection connection = await caller.ConnectAsync().WaitAsync(TestAgents.Patience);
        await connection.Completed.WaitAsync(TestAgents.Patience);
        connection.TrySend("early"u8).Should().Be(IceSendResult.Sent);
        (await TestAgents.ReceiveAsync(await desk.ConnectAsync().WaitAsync(TestAgents.Patience))).Should().Equal("early"u8.ToArray());

        foreach ((IceAgent peer, IceDescription answer) in new[] { (mobile, ofMobile), (desk, ofDesk) })
        {
            Task moved = MovedAsync(caller);
            caller.SetRemoteDescription(answer, IceDescriptionKind.Answer);
            await moved.WaitAsync(TestAgents.Patience);
            connection.TrySend("here"u8).Should().Be(IceSendResult.Sent);
            IceConnection theirs = await peer.ConnectAsync().WaitAsync(TestAgents.Patience);
            (await TestAgents.ReceiveAsync(theirs)).Should().Equal("here"u8.ToArray());
            theirs.TrySend("there"u8).Should().Be(IceSendResult.Sent);
            (await TestAgents.ReceiveAsync(connection)).Should().Equal("there"u8.ToArray());
        }

        caller.LocalDescription.Streams[0].Ufrag.Should().Be(offer.Streams[0].Ufrag, "the offer stands");
    }

    private static async Task<IceDescription> AnswerAsync(IceAgent agent, IceDescription offer)
    {
        agent.SetRemoteDescription(IceDescription.Parse(offer.ToSdp()), IceDescriptionKind.Offer);
        return IceDescription.Parse((await agent.GatherAllAsync().WaitAsync(TestAgents.Patience)).ToSdp());
    }

    private static Task MovedAsync(IceAgent agent)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        agent.RestartCompleted += (_, _) => done.TrySetResult();
        return done.Task;
    }
}
