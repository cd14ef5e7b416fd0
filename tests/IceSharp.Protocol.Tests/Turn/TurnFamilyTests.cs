using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Protocol.Tests.Turn;

/// <summary>One allocation with an address of each family, and what there is of one.</summary>
public sealed class TurnFamilyTests
{
    private static readonly TransportAddress PeerV6 = TransportAddress.Parse("[2001:db8::99]:5000");
    private static readonly TurnAllocationSettings Both = new() { BothFamilies = true };

    [Fact]
    [Rfc("TURN-8656-7.2-i")]
    [Rfc("TURN-8656-10.1-c")]
    [Rfc("TURN-8656-11-a")]
    [Rfc("TURN-8656-18.11-a")]
    public void One_allocation_reaches_peers_of_both_families()
    {
        using TurnPair pair = new TurnPair(Both).Allocate();
        pair.Client.Relays.GetAddress(IpFamily.IPv4)!.Value.Address.Should().Be(TurnPair.ServerAddress.Address);
        pair.Client.Relays.GetAddress(IpFamily.IPv6)!.Value.Address.Should().Be(TurnPair.ServerV6.Address);
        pair.Sent.Should().OnlyContain(s => !TurnBench.Has(s.Bytes, StunAttributeType.RequestedAddressFamily));

        pair.Sent.Clear();
        pair.Permit(TurnPair.Peer, PeerV6);

        TurnBench.PeersOf(pair.Sent.Should().ContainSingle().Which.Bytes).Should().HaveCount(2);
        pair.Send(TurnPair.Peer, 4).Should().BeTrue();
        pair.Send(PeerV6, 6).Should().BeTrue();
        pair.AtPeers.Select(d => (d.From, d.To)).Should().Equal(
            (pair.Client.Relays.GetAddress(IpFamily.IPv4)!.Value, TurnPair.Peer), (pair.Client.Relays.GetAddress(IpFamily.IPv6)!.Value, PeerV6));
        pair.SendFromPeer(PeerV6, 66);
        pair.Received.Should().ContainSingle().Which.From.Should().Be(PeerV6);
    }

    [Fact]
    [Rfc("TURN-8656-8.1-b")]
    [Rfc("TURN-8656-8.1-c")]
    [Rfc("TURN-8656-8.1-d")]
    [Rfc("TURN-8656-6-d")]
    [Rfc("TURN-6156-5.1-a")]
    public void One_family_is_given_back_and_the_other_stays()
    {
        using TurnPair pair = new TurnPair(Both).Allocate();
        pair.Permit(TurnPair.Peer, PeerV6);
        pair.Client.RequestChannel(pair.Now, TurnPair.Peer);
        pair.Client.RequestChannel(pair.Now, PeerV6);
        pair.Pump();
        pair.Sent.Clear();
        pair.TakeEvents();

        pair.Client.ReleaseFamily(pair.Now, IpFamily.IPv6).Should().BeTrue();
        pair.Pump();

        byte[] release = pair.Sent.Should().ContainSingle().Which.Bytes;
        (TurnBench.LifetimeOf(release), TurnBench.Has(release, StunAttributeType.RequestedAddressFamily)).Should().Be((0u, true));
        pair.TakeEvents().Select(e => (e.Kind, e.Peer)).Should().BeEquivalentTo(
        [
            (TurnEventKind.PermissionRefused, PeerV6.Address), (TurnEventKind.ChannelRefused, PeerV6.Address), (TurnEventKind.FamilyReleased, default),
        ]);
        pair.Allocation.AllRelayed.Should().Equal(pair.Client.RelayedAddress!.Value);
        pair.Allocation.Permissions.Select(p => p.Peer).Should().Equal(TurnPair.Peer.Address);
        pair.Allocation.Channels.Select(c => c.Peer).Should().Equal(TurnPair.Peer);
        pair.Send(TurnPair.Peer, 1).Should().BeTrue();
        pair.Send(PeerV6, 1).Should().BeFalse();
        pair.Client.ReleaseFamily(pair.Now, IpFamily.IPv4).Should().BeFalse("the last family goes with the allocation");

        pair.Sent.Clear();
        pair.Run(TimeSpan.FromSeconds(1200));
        pair.Sent.Where(s => TurnBench.MethodOf(s.Bytes) == StunMethod.Refresh).Should().NotBeEmpty().And.OnlyContain(s => !TurnBench.Has(s.Bytes, StunAttributeType.RequestedAddressFamily));
        pair.Client.State.Should().Be(TurnAllocationState.Allocated);
    }

    [Fact]
    [Rfc("TURN-8656-7.3-d")]
    public void A_family_that_the_server_never_gives_is_not_asked_for_again()
    {
        TurnServerMemory memory = new();
        StunTurnServerOptions options = new() { Users = TurnPair.Users, RefusedFamilies = [IpFamily.IPv6] };
        using TurnPair pair = new TurnPair(Both, options, memory: memory).Allocate();
        (pair.Client.Relays.AddressErrorCode, pair.Client.Relays.AddressErrorFamily).Should().Be((440, IpFamily.IPv6));
        pair.Client.Relays.Serves(IpFamily.IPv6).Should().BeFalse();

        using TurnPair again = new TurnPair(Both, options, memory: memory).Allocate();
        again.Sent.Should().OnlyContain(s => !TurnBench.Has(s.Bytes, StunAttributeType.AdditionalAddressFamily));
        using TurnPair alone = new(new() { RelayedFamily = IpFamily.IPv6 }, options, memory: memory);
        alone.Client.Start(alone.Now);
        alone.Pump();
        (alone.Client.Failure, alone.Sent.Count).Should().Be((TurnFailure.AddressFamilyNotSupported, 0));
    }

    [Fact]
    [Rfc("TURN-8656-7.3-e")]
    public void A_family_without_capacity_is_asked_for_again_after_a_minute()
    {
        TurnServerMemory memory = new();
        using TurnBench bench = new(Both, memory: memory);
        bench.Machine.Start(bench.Now);
        bench.Receive(TurnBench.Challenge(bench.Next()!));
        bench.Receive(bench.Success(bench.Next()!, (ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttributeType.XorRelayedAddress, TurnBench.Relayed);
            w.AddUInt32(StunAttributeType.Lifetime, 600);
            w.AddAddressErrorCode(IpFamily.IPv6, 508, "full");
        }));
        bench.Machine.State.Should().Be(TurnAllocationState.Allocated);

        memory.GetBlock(bench.Now + TimeSpan.FromSeconds(59), TurnBench.Server, IpFamily.IPv6, out _).Should().Be(TurnFailure.InsufficientCapacity);
        memory.GetBlock(bench.Now + TimeSpan.FromSeconds(59), TurnBench.Server, IpFamily.IPv4, out _).Should().Be(TurnFailure.None);
        memory.GetBlock(bench.Now + TimeSpan.FromSeconds(60), TurnBench.Server, IpFamily.IPv6, out _).Should().Be(TurnFailure.None);
    }

    [Fact]
    [Rfc("TURN-8656-7.1-i")]
    public void A_server_that_does_not_know_of_two_families_leaves_room_for_a_second_allocation()
    {
        using TurnBench bench = new(Both);
        bench.Machine.Start(bench.Now);
        byte[] first = bench.Next()!;
        TurnBench.Has(first, StunAttributeType.AdditionalAddressFamily).Should().BeTrue();
        bench.Receive(TurnBench.Challenge(first));
        bench.Receive(bench.Allocation(bench.Next()!));

        (bench.Machine.Relays.Serves(IpFamily.IPv6), bench.Machine.Relays.AddressErrorCode).Should().Be((false, 0));
        using TurnPair second = new TurnPair(new() { RelayedFamily = IpFamily.IPv6 }).Allocate();
        second.Client.RelayedAddress!.Value.Family.Should().Be(IpFamily.IPv6);
    }

    [Fact]
    [Rfc("TURN-6156-4.2-a")]
    public void A_server_from_before_IPv6_says_420_which_means_no_such_family()
    {
        using TurnPair pair = new(new() { RelayedFamily = IpFamily.IPv6 }, new() { Users = TurnPair.Users, IsRfc5766 = true });
        pair.Client.Start(pair.Now);
        pair.Pump();

        (pair.Client.Failure, pair.Client.ErrorCode).Should().Be((TurnFailure.AddressFamilyNotSupported, 420));
        using TurnPair plain = new TurnPair(options: new() { Users = TurnPair.Users, IsRfc5766 = true }).Allocate();
    }

    [Fact]
    [Rfc("TURN-8656-7.3-g")]
    [Rfc("TURN-8656-7.2-m")]
    public void A_pair_of_ports_for_RTP_and_RTCP_is_reserved_by_one_allocation_and_claimed_by_another()
    {
        using TurnPair rtp = new TurnPair(new() { Ports = TurnPortDemand.EvenAndNext }).Allocate();
        TurnReservationToken token = rtp.Client.Relays.ReservationToken!.Value;
        TurnReservationToken.HoldTime.Should().Be(TimeSpan.FromSeconds(30));
        (rtp.Client.RelayedAddress!.Value.Port % 2).Should().Be(0);

        using TurnPair rtcp = new TurnPair(new() { ReservationToken = token }, server: rtp.Server).Allocate();

        rtcp.Client.RelayedAddress!.Value.Port.Should().Be((ushort)(rtp.Client.RelayedAddress.Value.Port + 1));
    }
}
