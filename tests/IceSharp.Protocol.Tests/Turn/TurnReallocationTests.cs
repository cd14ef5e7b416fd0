using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Protocol.Tests.Turn;

/// <summary>A new allocation in place of one that the server has forgotten: one event, and everything that was asked for again.</summary>
public sealed class TurnReallocationTests
{
    private static readonly TurnAllocationSettings Again = new() { Reallocates = true };
    private static readonly TransportAddress OtherPeer = TransportAddress.Parse("203.0.113.10:6000");

    [Theory]
    [InlineData(StunMethod.Refresh)]
    [InlineData(StunMethod.CreatePermission)]
    [InlineData(StunMethod.ChannelBind)]
    public void A_server_that_forgot_gives_another_address_and_all_else_as_before(StunMethod first)
    {
        using TurnPair pair = Called();
        TransportAddress former = pair.Client.RelayedAddress!.Value;
        pair.Server.HandleStreamClosed(pair.Now, new SocketHandle(1), TurnPair.ClientAt(TurnPair.First));
        pair.Server.Allocations.Should().BeEmpty();
        _ = first switch
        {
            StunMethod.Refresh => pair.Client.RefreshNow(pair.Now),
            StunMethod.CreatePermission => pair.Client.RequestPermission(pair.Now, IpAddress.Parse("203.0.113.77")),
            _ => pair.Client.RequestChannel(pair.Now, OtherPeer with { Port = 1 }),
        };
        pair.Pump();

        TurnEvent told = pair.TakeEvents().Where(e => e.Kind is TurnEventKind.Reallocated or TurnEventKind.Lost or TurnEventKind.Allocated).Should().ContainSingle().Which;
        told.Kind.Should().Be(TurnEventKind.Reallocated);
        (told.FormerRelayedAddress, told.RelayedAddress).Should().Be((former, pair.Allocation.Relayed));
        pair.Client.RelayedAddress.Should().Be(pair.Allocation.Relayed).And.NotBe(former);
        (pair.Client.Failure, pair.Client.State).Should().Be((TurnFailure.None, TurnAllocationState.Allocated));
        pair.Allocation.Permissions.Select(p => p.Peer).Should().Contain([TurnPair.Peer.Address, OtherPeer.Address]);
        pair.Allocation.Channels.Select(c => c.Peer).Should().Contain(TurnPair.Peer);
        pair.Send(TurnPair.Peer, 9).Should().BeTrue();
        pair.AtPeers[^1].From.Should().Be(pair.Allocation.Relayed);
        pair.Run(TimeSpan.FromHours(2));
        pair.Client.State.Should().Be(TurnAllocationState.Allocated);
    }

    [Fact]
    public void An_allocation_that_ran_out_in_silence_is_made_again_when_the_server_is_back()
    {
        using TurnPair pair = Called();
        pair.Server.Faults.IsSilent = true;
        pair.Run(TimeSpan.FromSeconds(601));
        pair.Client.State.Should().Be(TurnAllocationState.Reallocating);
        pair.Send(TurnPair.Peer, 1).Should().BeFalse();

        pair.Server.Faults.IsSilent = false;
        pair.Run(TimeSpan.FromSeconds(10));

        pair.TakeEvents().Count(e => e.Kind == TurnEventKind.Reallocated).Should().Be(1);
        pair.Send(TurnPair.Peer, 1).Should().BeTrue();
    }

    [Fact]
    public void A_server_that_stays_away_is_one_loss()
    {
        using TurnPair pair = Called();
        pair.Server.Faults.IsSilent = true;

        pair.Run(TimeSpan.FromSeconds(700));

        pair.TakeEvents().Where(e => e.Kind is TurnEventKind.Lost or TurnEventKind.Failed or TurnEventKind.Reallocated).Should().ContainSingle().Which.Failure.Should().Be(TurnFailure.Timeout);
        pair.Client.NextTimeout.Should().Be(Deadline.Never);
    }

    [Fact]
    public void The_network_saying_nobody_is_there_has_the_allocation_looked_after_at_once_and_not_too_often()
    {
        using TurnPair pair = Called();
        pair.Sent.Clear();
        for (int i = 0; i < 100; i++)
        {
            pair.Client.HandleUnreachable(pair.Now, TurnPair.ServerAddress);
            pair.Pump();
            pair.Run(TimeSpan.FromMilliseconds(100));
        }

        pair.Methods.Should().OnlyContain(m => m == StunMethod.Refresh).And.HaveCount(2, "ten seconds have room for two");
        pair.Client.State.Should().Be(TurnAllocationState.Allocated);
    }

    [Fact]
    [Rfc("TURN-8656-12.3-b")]
    public void An_unexpected_400_to_ChannelBind_gives_back_and_begins_anew()
    {
        using TurnPair pair = Called();
        pair.Sent.Clear();
        pair.Server.Faults.RefuseNext(StunMethod.ChannelBind, 400);
        pair.Client.RequestChannel(pair.Now, OtherPeer);
        pair.Pump();

        pair.Methods.Take(3).Should().Equal(StunMethod.ChannelBind, StunMethod.Refresh, StunMethod.Allocate);
        TurnBench.LifetimeOf(pair.Sent[1].Bytes).Should().Be(0);
        pair.TakeEvents().Count(e => e.Kind == TurnEventKind.Reallocated).Should().Be(1);
        pair.Client.TryGetChannel(OtherPeer, out _).Should().BeTrue();
    }

    [Fact]
    public void A_server_that_takes_back_what_it_has_just_given_is_not_asked_for_ever()
    {
        using TurnPair pair = new TurnPair(Again).Allocate();
        pair.Server.Faults.RefuseNext(StunMethod.CreatePermission, 437, int.MaxValue);
        pair.Drop = (toServer, _, bytes) => Forget(pair, toServer, bytes);
        pair.Client.RequestPermission(pair.Now, TurnPair.Peer.Address);
        pair.Pump();

        pair.Client.State.Should().Be(TurnAllocationState.Lost);
        pair.Methods.Count(m => m == StunMethod.Allocate).Should().BeLessThan(10);
    }

    [Fact]
    [Rfc("TURN-8656-5-f")]
    public void Without_being_told_to_the_machine_only_says_that_it_is_lost()
    {
        using TurnPair pair = new TurnPair().Allocate();
        pair.Server.Faults.RefuseNext(StunMethod.Refresh, 437);
        pair.Client.RefreshNow(pair.Now);
        pair.Pump();

        pair.Events.Count(e => e.Kind == TurnEventKind.Lost).Should().Be(1);
        pair.Client.NextTimeout.Should().Be(Deadline.Never);
        pair.Client.RefreshNow(pair.Now).Should().BeFalse();
    }

    [Fact]
    public void A_lost_stream_is_followed_by_another_one()
    {
        using TurnPair pair = Called(Again with { Link = StunLinkKind.Stream });
        TransportAddress former = pair.Client.RelayedAddress!.Value;
        pair.CloseStream(TurnPair.First);
        pair.Client.State.Should().Be(TurnAllocationState.Reallocating);
        pair.Client.HasPendingStart.Should().BeFalse("there is no stream to ask on");

        pair.Client.HandleStreamOpened(pair.Now, TurnPair.Second);
        pair.CloseStream(TurnPair.Second);
        pair.Client.HandleStreamOpened(pair.Now, TurnPair.Third);
        pair.Pump();

        pair.Client.Socket.Should().Be(TurnPair.Third);
        pair.TakeEvents().Single(e => e.Kind == TurnEventKind.Reallocated).FormerRelayedAddress.Should().Be(former);
        pair.Send(TurnPair.Peer, 1).Should().BeTrue();
    }

    [Fact]
    public void Closing_ends_a_reallocation()
    {
        using TurnPair pair = Called(Again with { Link = StunLinkKind.Stream });
        pair.CloseStream(TurnPair.First);

        pair.Client.Close(pair.Now);
        pair.Pump();

        pair.Events[^1].Kind.Should().Be(TurnEventKind.Closed);
        pair.Client.HandleStreamOpened(pair.Now, TurnPair.Second);
        (pair.Client.State, pair.Client.HasPendingStart).Should().Be((TurnAllocationState.Closed, false));
    }

    [Fact]
    public void A_server_that_changes_its_nonce_for_ever_or_answers_other_transactions_is_given_up()
    {
        using TurnPair nonce = new();
        nonce.Server.Faults.ChangesNoncesForever = true;
        nonce.Client.Start(nonce.Now);
        nonce.Pump();
        (nonce.Client.Failure, nonce.Sent.Count).Should().Be((TurnFailure.StaleNonce, 5));

        using TurnPair other = new();
        other.Server.Faults.MistakesTransactions = true;
        other.Client.Start(other.Now);
        other.Run(TimeSpan.FromSeconds(40));
        (other.Client.Failure, other.Sent.Count).Should().Be((TurnFailure.Timeout, 7));
    }

    private static TurnPair Called(TurnAllocationSettings? settings = null)
    {
        TurnPair pair = new TurnPair(settings ?? Again).Allocate();
        pair.Permit(OtherPeer);
        pair.Client.RequestChannel(pair.Now, TurnPair.Peer);
        pair.Pump();
        pair.TakeEvents();
        return pair;
    }

    // The server forgets as soon as a permission is asked for, so that Allocate is no mismatch.
    private static bool Forget(TurnPair pair, bool toServer, byte[] bytes)
    {
        if (toServer && TurnBench.MethodOf(bytes) == StunMethod.Allocate)
        {
            pair.Server.HandleStreamClosed(pair.Now, new SocketHandle(1), TurnPair.ClientAt(TurnPair.First));
        }

        return false;
    }
}
