using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Turn;
using IceSharp.Testing;

namespace IceSharp.Protocol.Tests.Turn;

/// <summary>Credentials that the server takes no longer, and those that the host gives in their place.</summary>
public sealed class TurnRotationTests
{
    private static readonly TurnAllocationSettings Rotating = new() { RotatesCredentials = true };

    [Fact]
    public void A_new_password_is_asked_for_when_the_old_one_is_refused_and_the_request_goes_on()
    {
        using TurnPair pair = new(Rotating, credential: new LongTermCredential("alice", "old"));
        pair.Client.Start(pair.Now);
        pair.Pump();
        pair.TokenRequests.Should().Equal(new TurnHostRequest(TurnHostRequestKind.Credential));
        pair.Client.State.Should().Be(TurnAllocationState.Allocating);

        pair.Client.HandleCredential(pair.Now, new LongTermCredential("alice", "secret"));
        pair.Run(TimeSpan.FromSeconds(1));

        pair.Client.State.Should().Be(TurnAllocationState.Allocated);
        pair.Run(TimeSpan.FromHours(2));
        (pair.Client.State, pair.TokenRequests.Count).Should().Be((TurnAllocationState.Allocated, 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_host_without_a_better_one_or_with_another_wrong_one_ends_it(bool hasAnother)
    {
        using TurnPair pair = new(Rotating, credential: new LongTermCredential("alice", "old"));
        pair.Client.Start(pair.Now);
        pair.Pump();

        pair.Client.HandleCredential(pair.Now, hasAnother ? new LongTermCredential("alice", "wrong too") : null);
        pair.Run(TimeSpan.FromSeconds(40));

        (pair.Client.State, pair.Client.Failure).Should().Be((TurnAllocationState.Failed, TurnFailure.Unauthorized));
        pair.TokenRequests.Should().ContainSingle("asked once for each request");
        pair.Sent.Count.Should().BeLessThan(6);
    }

    [Fact]
    public void A_credential_that_comes_unasked_serves_what_is_under_way_and_what_follows()
    {
        using TurnPair pair = new TurnPair(Rotating).Allocate();
        pair.Drop = (_, _, _) => true;
        pair.Permit(TurnPair.Peer);
        pair.Drop = (_, _, _) => false;

        pair.Client.HandleCredential(pair.Now, new LongTermCredential("alice", "secret"));
        pair.Pump();

        pair.Client.HasPermission(TurnPair.Peer.Address).Should().BeTrue();
        pair.Methods.TakeLast(2).Should().Equal(StunMethod.CreatePermission, StunMethod.CreatePermission);
    }
}
