using System.Collections.Concurrent;

namespace IceSharp.Tests.Api;

/// <summary>Streams that come, go and share a port while the agents run, and what the peer is told about it.</summary>
public class IceAgentStreamsTests
{
    [Fact]
    public async Task Removed_stream_closes_on_both_sides_and_the_other_goes_on()
    {
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        IceDataStream audio = left.AddDataStream("audio"), video = left.AddDataStream("video");
        right.AddDataStream("audio");
        IceDataStream theirs = right.AddDataStream("video");
        var ends = new ConcurrentQueue<IceStreamEndNotice>();
        var ended = new TaskCompletionSource();
        right.StreamEnded += (_, notice) =>
        {
            ends.Enqueue(notice);
            ended.TrySetResult();
        };
        (IceConnection one, IceConnection other) = await TestAgents.ConnectAsync(left, right);
        await video.Rtp.ConnectAsync();
        ValueTask<int> pending = theirs.Rtp.Connection.ReceiveAsync(new byte[10]);

        left.RemoveDataStream(video);
        right.SetRemoteDescription(IceDescription.Parse((await left.CreateOfferAsync()).ToSdp()), IceDescriptionKind.Offer);
        left.SetRemoteDescription(IceDescription.Parse((await right.CreateAnswerAsync()).ToSdp()), IceDescriptionKind.Answer);

        (await FluentActions.Awaiting(async () => await pending).Should().ThrowAsync<IceException>()).Which.Error.Should().Be(IceError.StreamEnded);
        (await FluentActions.Awaiting(async () => await video.Rtp.Connection.SendAsync(new byte[1])).Should().ThrowAsync<IceException>()).Which.Error.Should().Be(IceError.StreamEnded);
        await ended.Task.WaitAsync(TestAgents.Patience);
        ends.Should().ContainSingle().Which.Should().Match<IceStreamEndNotice>(n => n.Mid == "video" && n.Why == IceStreamEnd.Rejected);
        (video.End, theirs.End, audio.End).Should().Be((IceStreamEnd.Removed, IceStreamEnd.Rejected, IceStreamEnd.None));
        await one.SendAsync(new byte[] { 7 });
        (await TestAgents.ReceiveAsync(other)).Should().Equal(7);
        left.LocalDescription.Streams.Select(s => s.IsRejected).Should().Equal(false, true);
    }

    [Fact]
    public async Task Rtcp_closes_when_mux_is_agreed()
    {
        SdpMedia media = SdpMedia.Audio with { RtcpMux = true };
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        IceDataStream audio = left.AddDataStream("audio", rtcp: true, media);
        IceDataStream theirs = right.AddDataStream("audio", rtcp: true);
        (await left.GatherAllAsync()).Streams[0].RtcpMux.Should().BeTrue();
        await TestAgents.IntroduceAsync(left, right);
        audio.IsRtcpMuxed.Should().BeFalse("the answer has no a=rtcp-mux");
        await audio.Rtcp.ConnectAsync();

        audio.UseRtcpMux();
        theirs.UseRtcpMux();

        await left.GetStatisticsAsync();
        await left.GetStatisticsAsync();
        audio.IsRtcpMuxed.Should().BeTrue();
        audio.Rtcp.Connection.TrySend([1]).Should().Be(IceSendResult.Closed);
        await (await audio.Rtp.ConnectAsync()).SendAsync(new byte[] { 9 });
        (await TestAgents.ReceiveAsync(theirs.Rtp.Connection)).Should().Equal(9);
    }

    [Fact]
    public async Task Stream_is_added_to_a_running_call()
    {
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        await TestAgents.ConnectAsync(left, right);
        Task gathered = Task.WhenAll(GatheredAgain(left), GatheredAgain(right));
        IceDataStream mine = left.AddDataStream("late"), theirs = right.AddDataStream("late");
        await gathered.WaitAsync(TestAgents.Patience);
        IceDescription offer = await left.CreateOfferAsync();
        offer.Streams.Select(s => s.Mid).Should().Equal("0", "late");

        right.SetRemoteDescription(IceDescription.Parse(offer.ToSdp()), IceDescriptionKind.Offer);
        left.SetRemoteDescription(IceDescription.Parse((await right.CreateAnswerAsync()).ToSdp()), IceDescriptionKind.Answer);
        using var patience = new CancellationTokenSource(TestAgents.Patience);
        await (await mine.Rtp.ConnectAsync(patience.Token)).SendAsync(new byte[] { 5 }, patience.Token);

        (await TestAgents.ReceiveAsync(theirs.Rtp.Connection)).Should().Equal(5);
        mine.Index.Should().Be(1);
    }

    [Fact]
    public async Task Descriptions_that_are_handed_out_count_their_changes_by_one()
    {
        await using IceAgent agent = TestAgents.Create();
        IceDescription first = agent.LocalDescription;
        agent.LocalDescription.SessionVersion.Should().Be(first.SessionVersion, "nothing has changed");
        IceDescription gathered = await agent.GatherAllAsync();

        (gathered.SessionId, gathered.SessionVersion).Should().Be((first.SessionId, first.SessionVersion + 1));
        agent.LocalDescription.SessionVersion.Should().Be(first.SessionVersion + 1);
    }

    [Fact]
    public async Task Fragments_carry_the_candidates_of_a_trickling_call()
    {
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        right.SetRemoteDescription(IceDescription.Parse(left.LocalDescription.ToSdp()));
        left.SetRemoteDescription(IceDescription.Parse(right.LocalDescription.ToSdp()));
        foreach ((IceAgent from, IceAgent to) in new[] { (left, right), (right, left) })
        {
            await foreach (IceCandidate _ in from.GatherAsync())
            {
                Take(to, from.LocalDescription.ToFragment().ToSdp());
            }

            Take(to, from.LocalDescription.ToFragment().ToSdp());
        }

        using var patience = new CancellationTokenSource(TestAgents.Patience);
        (await left.ConnectAsync(patience.Token)).SelectedPair.Should().NotBeNull();

        static void Take(IceAgent agent, string body)
        {
            IceFragment.TryParse(body, out IceFragment? fragment, out _).Should().BeTrue();
            agent.AddRemoteFragment(fragment!);
        }
    }

    private static Task GatheredAgain(IceAgent agent)
    {
        var complete = new TaskCompletionSource();
        bool began = false;
        agent.GatheringStateChanged += (_, state) =>
        {
            began |= state == IceGatheringState.Gathering;
            if (began && state == IceGatheringState.Complete)
            {
                complete.TrySetResult();
            }
        };
        return complete.Task;
    }
}
