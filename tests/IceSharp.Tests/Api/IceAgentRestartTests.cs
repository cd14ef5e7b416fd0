using IceSharp.Protocol;

namespace IceSharp.Tests.Api;

/// <summary>ICE restarts and consent through the public face, over loopback.</summary>
public class IceAgentRestartTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connections_live_through_a_restart_and_lose_nothing(bool offererRestarts)
    {
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);
        await Task.WhenAll(a.Completed, b.Completed).WaitAsync(TestAgents.Patience);
        (IceAgent first, IceAgent second) = offererRestarts ? (left, right) : (right, left);
        Task<IceRestartReport> ofFirst = ReportAsync(first), ofSecond = ReportAsync(second);
        var answers = new TaskCompletionSource<IceRestart>(TaskCreationOptions.RunContinuationsAsynchronously);
        second.Restarted += (_, restart) => answers.TrySetResult(restart);
        string before = first.LocalDescription.Streams[0].Ufrag;
        int sent = 0;
        void Send() => a.TrySend([(byte)sent++]).Should().Be(IceSendResult.Sent);

        Send();
        first.Restart().Streams[0].Ufrag.Should().NotBe(before);
        IceDescription offer = await first.GatherAllAsync().WaitAsync(TestAgents.Patience);
        offer.Streams[0].EndOfCandidates.Should().BeTrue();
        offer.Streams[0].Candidates.Should().NotBeEmpty().And.OnlyContain(c => c.Ufrag == null || c.Ufrag == offer.Streams[0].Ufrag);
        Send();
        second.SetRemoteDescription(IceDescription.Parse(offer.ToSdp()));
        Send();
        IceDescription answer = await second.GatherAllAsync().WaitAsync(TestAgents.Patience);
        first.SetRemoteDescription(IceDescription.Parse(answer.ToSdp()));
        Send();

        IceRestartReport[] reports = await Task.WhenAll(ofFirst, ofSecond).WaitAsync(TestAgents.Patience);
        Send();
        reports.Should().OnlyContain(r => r.Session == 1 && r.Outage == TimeSpan.Zero && r.Mid == "0");
        (await answers.Task).IsOurs.Should().BeFalse("the other side began it");
        for (byte i = 0; i < sent; i++)
        {
            (await TestAgents.ReceiveAsync(b)).Should().Equal(i);
        }

        b.TrySend("back"u8).Should().Be(IceSendResult.Sent);
        (await TestAgents.ReceiveAsync(a)).Should().Equal("back"u8.ToArray());
    }

    [Fact]
    public async Task A_stream_restarts_alone_and_takes_it_back()
    {
        await using IceAgent agent = TestAgents.Create(), other = TestAgents.Create();
        IceDataStream one = agent.AddDataStream("one"), two = agent.AddDataStream("two");
        other.AddDataStream("one");
        other.AddDataStream("two");
        await TestAgents.IntroduceAsync(agent, other);
        IceDescription before = agent.LocalDescription;

        IceDescription restarted = one.Restart();

        restarted.Streams[0].Ufrag.Should().NotBe(before.Streams[0].Ufrag);
        restarted.Streams[1].Ufrag.Should().Be(before.Streams[1].Ufrag);
        two.RollbackRestart().Should().BeFalse();
        one.RollbackRestart().Should().BeTrue();
        agent.LocalDescription.Streams[0].Ufrag.Should().Be(before.Streams[0].Ufrag);
        agent.RollbackRestart().Should().BeFalse();
    }

    [Fact]
    public async Task Revoked_consent_ends_sending_is_told_with_its_time_and_a_restart_brings_it_back()
    {
        await using IceAgent left = TestAgents.Create(), right = TestAgents.Create();
        (IceConnection a, IceConnection b) = await TestAgents.ConnectAsync(left, right);
        await Task.WhenAll(a.Completed, b.Completed).WaitAsync(TestAgents.Patience);
        var losses = new TaskCompletionSource<IceConsentLossNotice>(TaskCreationOptions.RunContinuationsAsynchronously);
        var suggestions = new TaskCompletionSource<IceRestartSuggestion>(TaskCreationOptions.RunContinuationsAsynchronously);
        left.ConsentLost += (_, notice) => losses.TrySetResult(notice);
        left.RestartSuggested += (_, suggestion) => suggestions.TrySetResult(suggestion);

        a.RevokeConsent();

        IceConsentLossNotice notice = await losses.Task.WaitAsync(TestAgents.Patience);
        (notice.Mid, notice.Component, notice.Loss).Should().Be(("0", 1, IceConsentLoss.Revoked));
        notice.LastResponseAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TestAgents.Patience);
        (await suggestions.Task.WaitAsync(TestAgents.Patience)).Mid.Should().Be("0");
        a.TrySend("x"u8).Should().Be(IceSendResult.ConsentLost);
        (await a.Invoking(c => c.SendAsync(new byte[1]).AsTask()).Should().ThrowAsync<IceException>()).Which.Error.Should().Be(IceError.ConsentLost);

        Task<IceRestartReport> report = ReportAsync(left);
        right.SetRemoteDescription(left.Restart());
        left.SetRemoteDescription(right.LocalDescription);
        (await report.WaitAsync(TestAgents.Patience)).Outage.Should().BePositive();
        a.TrySend("again"u8).Should().Be(IceSendResult.Sent);
        (await TestAgents.ReceiveAsync(b)).Should().Equal("again"u8.ToArray());
    }

    [Fact]
    public async Task A_disposed_agent_does_not_restart()
    {
        IceAgent agent = TestAgents.Create();
        await agent.DisposeAsync();

        agent.Invoking(a => a.Restart()).Should().Throw<ObjectDisposedException>();
        agent.Invoking(a => a.RollbackRestart()).Should().Throw<ObjectDisposedException>();
    }

    private static Task<IceRestartReport> ReportAsync(IceAgent agent)
    {
        var source = new TaskCompletionSource<IceRestartReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        agent.RestartCompleted += (_, report) => source.TrySetResult(report);
        return source.Task;
    }
}
