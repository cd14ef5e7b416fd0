using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

public class RefreshTests
{
    private readonly ServerHarness _server = new();

    [Theory]
    [InlineData(null, 600)]
    [InlineData(1u, 600)]
    [InlineData(1200u, 1200)]
    [InlineData(100000u, 3600)]
    [Rfc("TURN-8656-8.2-b")]
    public void Refresh_sets_the_lifetime_anew(uint? wish, uint granted)
    {
        Credentials credentials = _server.Allocate();
        _server.Pass(TimeSpan.FromSeconds(500));

        Message answer = _server.Refresh(credentials, wish);

        (answer.Lifetime, answer.IsSignedBy(credentials)).Should().Be((granted, true));
        _server.Machine.Allocations.Single().ExpiresAt.Should().Be(_server.Now + TimeSpan.FromSeconds(granted));
    }

    [Fact]
    public void An_allocation_ends_at_its_exact_end_and_closes_its_socket()
    {
        Credentials credentials = _server.Allocate();
        _server.Machine.NextTimeout.Reason.Should().Be(TimerReason.Expiry);
        _server.Pass(TimeSpan.FromSeconds(40));
        _server.Machine.NextTimeout.At.Should().Be(MonotonicTime.Zero + TimeSpan.FromSeconds(600));

        _server.Pass(TimeSpan.FromSeconds(560) - TimeSpan.FromTicks(1));
        _server.RelaySockets.Should().HaveCount(1);
        _server.Pass(TimeSpan.FromTicks(1));

        _server.RelaySockets.Should().BeEmpty();
        _server.Events[^1].Should().BeOfType<AllocationEnded>().Which.WasReleased.Should().BeFalse();
        _server.Machine.NextTimeout.Should().Be(Deadline.Never);
        _server.Refresh(credentials).Code.Should().Be(437);
    }

    [Fact]
    [Rfc("TURN-8656-8.2-b")]
    [Rfc("STUN-8489-6.3.1-d")]
    public void A_lifetime_of_zero_releases_at_once_and_the_retransmission_hears_the_same()
    {
        Credentials credentials = _server.Allocate();
        byte[] release = new RequestBuilder(StunMethod.Refresh, _server.NewId()).Lifetime(0).Sign(credentials).ToArray();

        Message first = Message.Single(_server.Receive(release));
        (first.IsSuccess, first.Lifetime).Should().Be((true, 0));
        _server.RelaySockets.Should().BeEmpty();
        _server.Events[^1].Should().BeOfType<AllocationEnded>().Which.WasReleased.Should().BeTrue();
        Message.Single(_server.Receive(release)).All.Should().Equal(first.All);

        _server.Pass(TimeSpan.FromSeconds(40));
        _server.Machine.RememberedResponses.Should().Be(0);
        Message.Single(_server.Receive(release)).Code.Should().Be(437);
    }

    [Fact]
    [Rfc("TURN-8656-8.3-f")]
    [Rfc("SRV-8489-6.3.1-a")]
    public void Without_response_memory_a_retransmitted_release_is_437()
    {
        ServerHarness forgetful = new(new StunTurnServerOptions { Users = ServerHarness.Users, ResponseMemory = TimeSpan.Zero });
        Credentials credentials = forgetful.Allocate();
        byte[] release = new RequestBuilder(StunMethod.Refresh, forgetful.NewId()).Lifetime(0).Sign(credentials).ToArray();

        forgetful.Receive(release);
        Message.Single(forgetful.Receive(release)).Code.Should().Be(437);
    }

    [Fact]
    [Rfc("TURN-8656-8.2-a")]
    public void A_family_that_the_allocation_does_not_have_is_443()
    {
        Credentials credentials = _server.Allocate();

        _server.Ask(new RequestBuilder(StunMethod.Refresh, _server.NewId()).Family(2).Sign(credentials)).Code.Should().Be(443);
        _server.Ask(new RequestBuilder(StunMethod.Refresh, _server.NewId()).Family(1).Sign(credentials)).IsSuccess.Should().BeTrue();
    }

    [Theory]
    [InlineData(StunMethod.Refresh)]
    [InlineData(StunMethod.CreatePermission)]
    [InlineData(StunMethod.ChannelBind)]
    [Rfc("TURN-8656-5-e")]
    [Rfc("SRV-8489-6.3.1.1-a")]
    public void Without_an_allocation_every_request_about_it_is_437_under_integrity(StunMethod method)
    {
        Credentials credentials = _server.Challenge();

        Message answer = _server.Ask(new RequestBuilder(method, _server.NewId()).Peer("203.0.113.5:9").Channel(0x4000).Sign(credentials));

        (answer.Code, answer.IsSignedBy(credentials)).Should().Be((437, true));
    }

    [Theory]
    [InlineData(StunMethod.Refresh)]
    [InlineData(StunMethod.CreatePermission)]
    [InlineData(StunMethod.ChannelBind)]
    [Rfc("TURN-8656-5-d")]
    public void Another_user_on_the_same_5_tuple_is_441(StunMethod method)
    {
        _server.Allocate();
        Credentials bob = _server.Challenge("bob", "other");

        _server.Ask(new RequestBuilder(method, _server.NewId()).Peer("203.0.113.5:9").Channel(0x4000).Sign(bob)).Code.Should().Be(441);
    }
}
