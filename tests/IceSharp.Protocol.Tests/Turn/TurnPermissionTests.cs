using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Turn;

public sealed class TurnPermissionTests : IDisposable
{
    private TurnBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    [Rfc("TURN-8656-10.1-a")]
    [Rfc("TURN-8656-10.3-a")]
    [Rfc("ICE-8445-7.2.1-a")]
    public void Peers_asked_for_together_go_into_one_request_and_count_after_its_success()
    {
        _bench.Allocate();
        foreach (string peer in new[] { "192.0.2.150", "198.51.100.9", "192.0.2.150", "::ffff:203.0.113.7" })
        {
            _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse(peer)).Should().BeTrue();
        }

        byte[] request = _bench.Next()!;
        TurnBench.MethodOf(request).Should().Be(StunMethod.CreatePermission);
        TurnBench.PeersOf(request).Should().Equal("192.0.2.150", "198.51.100.9", "203.0.113.7");
        TurnBench.Has(request, StunAttributeType.Software).Should().BeFalse();
        _bench.Machine.HasPermission(IpAddress.Parse("192.0.2.150")).Should().BeFalse();
        _bench.Next().Should().BeNull();

        _bench.Receive(_bench.Success(request));
        _bench.Events().Select(e => (e.Kind, e.Peer.ToString())).Should().Equal(
            (TurnEventKind.PermissionInstalled, "192.0.2.150"),
            (TurnEventKind.PermissionInstalled, "198.51.100.9"),
            (TurnEventKind.PermissionInstalled, "203.0.113.7"));
        _bench.Machine.HasPermission(IpAddress.Parse("::ffff:192.0.2.150")).Should().BeTrue();
        _bench.Machine.HasPermission(IpAddress.Parse("192.0.2.151")).Should().BeFalse();
    }

    [Fact]
    public void More_peers_than_a_request_holds_are_spread_over_several()
    {
        _bench.Allocate();
        for (int i = 1; i <= 20; i++)
        {
            _bench.Machine.RequestPermission(_bench.Now, IpAddress.FromIPv4(0xC0000200u + (uint)i));
        }

        List<int> sizes = [];
        while (_bench.Next() is { } request)
        {
            sizes.Add(TurnBench.PeersOf(request).Count);
        }

        sizes.Should().Equal(8, 8, 4);
    }

    [Fact]
    public void Permissions_asked_for_before_the_allocation_stands_wait_for_it()
    {
        _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse("192.0.2.150"));
        _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse("2001:db8::1"));
        _bench.Next().Should().BeNull();
        _bench.Machine.Start(_bench.Now);
        _bench.Receive(TurnBench.Challenge(_bench.Next()!));
        _bench.Receive(_bench.Allocation(_bench.Next()!));

        TurnBench.PeersOf(_bench.Next()!).Should().Equal("192.0.2.150");
        _bench.Events().Select(e => e.Kind).Should().Equal(TurnEventKind.Allocated, TurnEventKind.PermissionRefused);
    }

    [Fact]
    [Rfc("TURN-8656-10.1-b")]
    public void Peer_of_another_family_than_the_relayed_address_is_refused_without_a_request()
    {
        _bench.Allocate();
        _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse("2001:db8::1")).Should().BeTrue();

        _bench.Next().Should().BeNull();
        _bench.Events().Should().Equal(new TurnEvent(TurnEventKind.PermissionRefused)
        {
            Peer = IpAddress.Parse("2001:db8::1"),
            Failure = TurnFailure.PeerAddressFamilyMismatch,
            ErrorCode = 443,
        });
    }

    [Fact]
    [Rfc("TURN-8656-10.3-a")]
    public void Permission_is_refreshed_each_240_s_without_further_events()
    {
        _bench.Allocate(3600);
        _bench.Permit("192.0.2.150", "192.0.2.151");
        List<(double, string)> sent = [];
        _bench.Advance(960_000, request =>
        {
            sent.Add((_bench.Milliseconds, string.Join(',', TurnBench.PeersOf(request))));
            _bench.Receive(_bench.Success(request));
        });

        sent.Select(s => s.Item1).Should().Equal(240_000, 480_000, 720_000, 960_000);
        sent.Should().OnlyContain(s => s.Item2 == "192.0.2.150,192.0.2.151");
        _bench.Events().Should().BeEmpty();
    }

    [Fact]
    [Rfc("TURN-8656-10.3-b")]
    public void Refused_batch_is_asked_for_peer_by_peer()
    {
        _bench.Allocate();
        foreach (string peer in new[] { "192.0.2.150", "10.0.0.1", "192.0.2.151" })
        {
            _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse(peer));
        }

        _bench.Receive(_bench.Error(_bench.Next()!, 403));
        List<byte[]> requests = [];
        while (_bench.Next() is { } request)
        {
            requests.Add(request);
        }

        requests.Select(r => string.Join(',', TurnBench.PeersOf(r))).Should().Equal("192.0.2.150", "10.0.0.1", "192.0.2.151");
        _bench.Receive(_bench.Success(requests[0]));
        _bench.Receive(_bench.Error(requests[1], 403));
        _bench.Receive(_bench.Success(requests[2]));
        _bench.Events().Select(e => (e.Kind, e.Peer.ToString(), e.ErrorCode)).Should().Equal(
            (TurnEventKind.PermissionInstalled, "192.0.2.150", 0),
            (TurnEventKind.PermissionRefused, "10.0.0.1", 403),
            (TurnEventKind.PermissionInstalled, "192.0.2.151", 0));
        _bench.Machine.State.Should().Be(TurnAllocationState.Allocated);
    }

    [Fact]
    [Rfc("TURN-8656-7.4-443")]
    public void Refused_peer_may_be_asked_for_again()
    {
        _bench.Allocate();
        _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse("10.0.0.1"));
        _bench.Receive(_bench.Error(_bench.Next()!, 443));
        _bench.Events().Should().ContainSingle().Which.Failure.Should().Be(TurnFailure.PeerAddressFamilyMismatch);

        _bench.Permit("10.0.0.1");
    }

    [Fact]
    public void Unanswered_request_is_refused_for_silence()
    {
        _bench.Allocate();
        _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse("192.0.2.150"));
        _bench.Next();
        _bench.Advance(39_500);

        _bench.Events().Should().Equal(new TurnEvent(TurnEventKind.PermissionRefused) { Peer = IpAddress.Parse("192.0.2.150"), Failure = TurnFailure.Timeout });
    }

    [Fact]
    [Rfc("TURN-8656-9-a")]
    public void Permission_that_cannot_be_refreshed_is_gone_at_300_s()
    {
        _bench.Allocate(3600);
        _bench.Permit("192.0.2.150");
        HashSet<string> transactions = [];
        _bench.Advance(299_999, sent => transactions.Add(Convert.ToHexString(sent.AsSpan(8, 12))));
        transactions.Should().HaveCount(2);
        _bench.Machine.HasPermission(IpAddress.Parse("192.0.2.150")).Should().BeTrue();
        _bench.Advance(300_000);

        _bench.Machine.HasPermission(IpAddress.Parse("192.0.2.150")).Should().BeFalse();
        _bench.Events().Should().Equal(new TurnEvent(TurnEventKind.PermissionRefused) { Peer = IpAddress.Parse("192.0.2.150"), Failure = TurnFailure.Expired });
    }

    [Fact]
    public void Permissions_that_run_out_together_are_told_in_the_order_of_their_requests()
    {
        _bench.Allocate(3600);
        _bench.Permit("192.0.2.151", "192.0.2.150", "192.0.2.152");
        _bench.Machine.HandleTimeout(MonotonicTime.Zero + TimeSpan.FromSeconds(300));

        _bench.Events().Select(e => e.Peer.ToString()).Should().Equal("192.0.2.151", "192.0.2.150", "192.0.2.152");
    }

    [Fact]
    public void A_refresh_whose_turn_never_came_is_not_sent_for_a_permission_that_is_gone()
    {
        _bench.Allocate(3600);
        _bench.Permit("192.0.2.150");
        _bench.Machine.HandleTimeout(MonotonicTime.Zero + TimeSpan.FromSeconds(240));
        _bench.Machine.HandleTimeout(MonotonicTime.Zero + TimeSpan.FromSeconds(300));
        _bench.Machine.HasPendingStart.Should().BeTrue();

        _bench.Next().Should().BeNull();
    }

    [Fact]
    public void Permissions_are_bounded()
    {
        _bench = new TurnBench(new TurnAllocationSettings { MaxPermissions = 2 });
        _bench.Allocate();
        _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse("192.0.2.1")).Should().BeTrue();
        _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse("192.0.2.2")).Should().BeTrue();
        _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse("192.0.2.3")).Should().BeFalse();
        _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse("192.0.2.2")).Should().BeTrue();
    }

    [Fact]
    [Rfc("STUN-8489-6.2-a")]
    public void At_most_ten_transactions_are_under_way_at_a_time()
    {
        _bench.Allocate();
        for (int i = 1; i <= 12; i++)
        {
            _bench.Machine.RequestPermission(_bench.Now, IpAddress.FromIPv4(0xC0000200u + (uint)i));
            if (i <= 10)
            {
                _bench.Next().Should().NotBeNull();
            }
        }

        _bench.Machine.HasPendingStart.Should().BeFalse();
        _bench.Machine.Close(_bench.Now);
        TurnBench.LifetimeOf(_bench.Next()!).Should().Be(0, "a release waits for nobody");
    }
}
