using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Turn;

public sealed class TurnAllocationMachineTests : IDisposable
{
    private TurnBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_new_machine_has_nothing_to_do()
    {
        _bench.Machine.State.Should().Be(TurnAllocationState.Idle);
        _bench.Machine.HasPendingStart.Should().BeFalse();
        _bench.Machine.NextTimeout.Should().Be(Deadline.Never);
        _bench.Next().Should().BeNull();
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.2-h")]
    [Rfc("ICE-8445-14.2-d")]
    public void Every_new_transaction_waits_to_be_let_through_and_copies_do_not()
    {
        byte[] buffer = new byte[TurnAllocationMachine.MaxRequestBytes];
        TurnAllocationMachine machine = _bench.Machine;
        machine.Start(_bench.Now);
        machine.HasPendingStart.Should().BeTrue();
        machine.TryGetTransmit(_bench.Now, buffer, out _).Should().BeFalse();

        machine.StartPending(_bench.Now);
        machine.HasPendingStart.Should().BeFalse();
        machine.TryGetTransmit(_bench.Now, buffer, out Transmit transmit).Should().BeTrue();
        machine.HandleTimeout(_bench.Now + TimeSpan.FromMilliseconds(500));
        machine.HasPendingStart.Should().BeFalse();
        machine.TryGetTransmit(_bench.Now, buffer, out _).Should().BeTrue();

        _bench.Receive(TurnBench.Challenge(buffer[..transmit.Length]));
        machine.HasPendingStart.Should().BeTrue();
        machine.TryGetTransmit(_bench.Now, buffer, out _).Should().BeFalse();
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-a")]
    [Rfc("STUN-8489-6.2.1-i")]
    [Rfc("TURN-8656-7.4-timeout")]
    public void Silent_server_sees_seven_equal_copies_and_fails_at_39500_ms()
    {
        _bench.Machine.Start(_bench.Now);
        byte[] first = _bench.Next()!;
        List<double> sent = [];
        _bench.Advance(39_499, copy =>
        {
            copy.Should().Equal(first);
            sent.Add(_bench.Milliseconds);
        });
        sent.Should().Equal(500, 1500, 3500, 7500, 15500, 31500);
        _bench.Machine.State.Should().Be(TurnAllocationState.Allocating);

        _bench.Advance(39_500);
        _bench.Events().Should().Equal(new TurnEvent(TurnEventKind.Failed) { Failure = TurnFailure.Timeout });
    }

    [Theory]
    [InlineData(300, TurnFailure.TryAlternate)]
    [InlineData(400, TurnFailure.BadRequest)]
    [InlineData(403, TurnFailure.Forbidden)]
    [InlineData(420, TurnFailure.UnknownAttribute)]
    [InlineData(437, TurnFailure.AllocationMismatch)]
    [InlineData(440, TurnFailure.AddressFamilyNotSupported)]
    [InlineData(441, TurnFailure.WrongCredentials)]
    [InlineData(442, TurnFailure.UnsupportedTransport)]
    [InlineData(450, TurnFailure.OtherError)]
    [InlineData(486, TurnFailure.QuotaReached)]
    [InlineData(508, TurnFailure.InsufficientCapacity)]
    [InlineData(699, TurnFailure.OtherError)]
    [Rfc("TURN-8656-7.4-400")]
    [Rfc("TURN-8656-7.4-403")]
    [Rfc("TURN-8656-7.4-440")]
    [Rfc("TURN-8656-7.4-441")]
    [Rfc("TURN-8656-7.4-442")]
    [Rfc("TURN-8656-7.4-other")]
    [Rfc("STUN-8489-6.3.4-f")]
    public void Refused_Allocate_fails_at_once_and_is_not_repeated(int code, TurnFailure failure)
    {
        byte[] request = Challenged();
        _bench.Receive(_bench.Error(request, code));

        _bench.Next().Should().BeNull();
        _bench.Machine.NextTimeout.Should().Be(Deadline.Never);
        _bench.Events().Should().Equal(new TurnEvent(TurnEventKind.Failed) { Failure = failure, ErrorCode = code, ReasonPhrase = "error" });
    }

    [Fact]
    [Rfc("STUN-8489-6.3.4-d")]
    [Rfc("STUN-8489-6.3.4-e")]
    public void Server_error_is_asked_again_four_times_at_growing_distances()
    {
        byte[] request = Challenged();
        List<double> sent = [_bench.Milliseconds];
        HashSet<string> ids = [Convert.ToHexString(request.AsSpan(8, 12))];
        _bench.Receive(_bench.Error(request, 500));
        _bench.Advance(60_000, repeat =>
        {
            sent.Add(_bench.Milliseconds);
            ids.Add(Convert.ToHexString(repeat.AsSpan(8, 12))).Should().BeTrue();
            _bench.Receive(_bench.Error(repeat, 500));
        });

        sent.Should().Equal(0, 500, 1500, 3500, 7500);
        _bench.Machine.Failure.Should().Be(TurnFailure.ServerError);
    }

    [Fact]
    [Rfc("TURN-8656-7.1-g")]
    [Rfc("TURN-8656-7.4-420")]
    public void Server_without_DONT_FRAGMENT_is_asked_again_without_it()
    {
        _bench = new TurnBench(new TurnAllocationSettings { DontFragment = true });
        byte[] request = Challenged();
        TurnBench.Has(request, StunAttributeType.DontFragment).Should().BeTrue();
        _bench.Receive(_bench.Error(request, 420, StunAttributeType.DontFragment));

        request = _bench.Next()!;
        TurnBench.Has(request, StunAttributeType.DontFragment).Should().BeFalse();
        _bench.Receive(_bench.Allocation(request));
        _bench.Events();
        _bench.Permit("192.0.2.150");
        byte[] buffer = new byte[100];
        _bench.Machine.TryWriteSend(buffer, TransportAddress.Parse("192.0.2.150:9"), default, default, out int length).Should().BeTrue();
        TurnBench.Has(buffer[..length], StunAttributeType.DontFragment).Should().BeFalse();
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [Rfc("TURN-8656-7.3-f")]
    public void Success_that_lacks_what_it_must_have_is_given_back_and_fails(bool relayed, bool lifetime)
    {
        byte[] request = Challenged();
        _bench.Receive(_bench.Success(request, (ref StunWriter w) =>
        {
            if (relayed)
            {
                w.AddXorAddress(StunAttributeType.XorRelayedAddress, TurnBench.Relayed);
            }

            if (lifetime)
            {
                w.AddUInt32(StunAttributeType.Lifetime, 600);
            }
        }));

        byte[] release = _bench.Next()!;
        TurnBench.MethodOf(release).Should().Be(StunMethod.Refresh);
        TurnBench.LifetimeOf(release).Should().Be(0);
        _bench.Receive(_bench.Refreshed(release, 0));
        _bench.Events().Should().Equal(new TurnEvent(TurnEventKind.Failed) { Failure = TurnFailure.MalformedResponse });
    }

    [Fact]
    [Rfc("TURN-8656-7.3-a")]
    public void Relayed_address_of_another_family_than_asked_for_is_given_back()
    {
        _bench = new TurnBench(new TurnAllocationSettings { RelayedFamily = IpFamily.IPv6 });
        byte[] request = Challenged();
        TurnBench.Has(request, StunAttributeType.RequestedAddressFamily).Should().BeTrue();
        _bench.Receive(_bench.Allocation(request));

        TurnBench.LifetimeOf(_bench.Next()!).Should().Be(0);
        _bench.Machine.RelayedAddress.Should().BeNull();
    }

    [Fact]
    [Rfc("TURN-8656-7.3-h")]
    public void Lifetime_of_zero_is_a_failure()
    {
        byte[] request = Challenged();
        _bench.Receive(_bench.Allocation(request, 0));

        _bench.Machine.Failure.Should().Be(TurnFailure.MalformedResponse);
        _bench.Next().Should().BeNull();
    }

    [Theory]
    [InlineData(600, 535, 540)]
    [InlineData(1200, 1135, 1140)]
    [InlineData(60, 27, 30)]
    [InlineData(3600, 3535, 3540)]
    [InlineData(1, 0.45, 0.5)]
    [Rfc("TURN-8656-8-a")]
    [Rfc("TURN-8656-7.3-b")]
    public void Refresh_goes_out_before_the_granted_lifetime_ends(uint lifetime, double earliest, double latest)
    {
        foreach (string draw in new[] { "0000", "ffff", "8000" })
        {
            using TurnBench bench = new(random: [new string('1', 24), new string('2', 24), draw]);
            bench.Allocate(lifetime);
            bench.Machine.NextTimeout.Reason.Should().Be(TimerReason.AllocationRefresh);
            bench.NextTimeout.Should().BeInRange(earliest * 1000, latest * 1000);
            byte[]? refresh = null;
            bench.Advance((latest * 1000) + 1, sent => refresh = sent);

            TurnBench.MethodOf(refresh!).Should().Be(StunMethod.Refresh);
            TurnBench.Has(refresh!, StunAttributeType.RequestedAddressFamily).Should().BeFalse();
        }
    }

    [Fact]
    [Rfc("TURN-8656-8.3-a")]
    public void Lifetime_of_a_refresh_replaces_the_timer()
    {
        _bench.Allocate();
        byte[]? refresh = null;
        _bench.Advance(540_000, sent => refresh = sent);
        double sentAt = _bench.Milliseconds;
        _bench.Receive(_bench.Refreshed(refresh!, 1200));

        _bench.Machine.Lifetime.Should().Be(TimeSpan.FromSeconds(1200));
        _bench.NextTimeout.Should().BeInRange(sentAt + 1_130_000, sentAt + 1_140_000);
    }

    [Fact]
    [Rfc("TURN-8656-8.3-d")]
    public void Refresh_with_a_stale_nonce_is_repeated_with_the_new_one()
    {
        _bench.Allocate();
        byte[]? refresh = null;
        _bench.Advance(540_000, sent => refresh = sent);
        _bench.Receive(TurnBench.Challenge(refresh!, 438, "fresh"));
        byte[] again = _bench.Next()!;
        _bench.Receive(_bench.Refreshed(again));

        again[8..20].Should().NotEqual(refresh![8..20]);
        _bench.NextTimeout.Should().BeGreaterThan(1_000_000);
    }

    [Fact]
    [Rfc("TURN-8656-8.3-e")]
    public void Silence_to_refreshes_is_asked_again_and_the_allocation_is_lost_exactly_at_its_expiry()
    {
        _bench.Allocate();
        HashSet<string> transactions = [];
        _bench.Advance(599_999, sent => transactions.Add(Convert.ToHexString(sent.AsSpan(8, 12))));
        transactions.Should().HaveCount(2, "one takes 39.5 s");
        _bench.Machine.State.Should().Be(TurnAllocationState.Allocated);

        _bench.Advance(600_000);
        _bench.Events().Should().Equal(new TurnEvent(TurnEventKind.Lost) { Failure = TurnFailure.Expired });
        _bench.Machine.NextTimeout.Should().Be(Deadline.Never);
        _bench.Next().Should().BeNull();
    }

    [Fact]
    public void Refused_refresh_leaves_the_allocation_until_its_expiry_and_names_the_reason()
    {
        _bench.Allocate();
        byte[]? refresh = null;
        _bench.Advance(540_000, sent => refresh = sent);
        _bench.Receive(_bench.Error(refresh!, 441));
        _bench.Machine.State.Should().Be(TurnAllocationState.Allocated);
        _bench.Advance(600_000);

        _bench.Events().Should().Equal(new TurnEvent(TurnEventKind.Lost) { Failure = TurnFailure.WrongCredentials, ErrorCode = 441, ReasonPhrase = "error" });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rfc("TURN-8656-5-f")]
    [Rfc("TURN-8656-8.3-c")]
    public void Allocation_that_the_server_forgot_is_lost_once_with_all_that_hung_on_it(bool byRefresh)
    {
        _bench.Allocate();
        _bench.Permit("192.0.2.150");
        byte[]? request = null;
        if (byRefresh)
        {
            _bench.Advance(540_000, sent =>
            {
                if (TurnBench.MethodOf(sent) == StunMethod.CreatePermission)
                {
                    _bench.Receive(_bench.Success(sent));
                }
                else
                {
                    request = sent;
                }
            });
        }
        else
        {
            _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse("192.0.2.151"));
            request = _bench.Next();
        }

        _bench.Receive(_bench.Error(request!, 437));

        _bench.Events().Should().Equal(new TurnEvent(TurnEventKind.Lost) { Failure = TurnFailure.AllocationMismatch, ErrorCode = 437, ReasonPhrase = "error" });
        _bench.Machine.HasPermission(IpAddress.Parse("192.0.2.150")).Should().BeFalse();
        _bench.Machine.NextTimeout.Should().Be(Deadline.Never);
        _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse("192.0.2.152")).Should().BeFalse();
        _bench.Receive(_bench.Error(request!, 437)).Reason.Should().Be(DropReason.Closed);
        _bench.Events().Should().BeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(437)]
    [InlineData(500)]
    [Rfc("TURN-8656-8-b")]
    [Rfc("TURN-8656-8.3-b")]
    public void Close_releases_the_allocation_and_any_answer_ends_it(int code)
    {
        _bench.Allocate();
        _bench.Machine.Close(_bench.Now);
        _bench.Machine.State.Should().Be(TurnAllocationState.Closing);
        byte[] release = _bench.Next()!;
        TurnBench.MethodOf(release).Should().Be(StunMethod.Refresh);
        TurnBench.LifetimeOf(release).Should().Be(0);
        TurnBench.Has(release, StunAttributeType.Username).Should().BeTrue();
        _bench.Receive(code == 0 ? _bench.Refreshed(release, 0) : _bench.Error(release, code));

        _bench.Events().Should().Equal(new TurnEvent(TurnEventKind.Closed));
        _bench.Machine.State.Should().Be(TurnAllocationState.Closed);
        _bench.Machine.NextTimeout.Should().Be(Deadline.Never);
        _bench.Machine.Close(_bench.Now);
        _bench.Next().Should().BeNull();
    }

    [Fact]
    public void Close_takes_no_longer_than_one_transaction_whatever_the_server_does()
    {
        _bench.Allocate();
        _bench.Machine.Close(_bench.Now);
        byte[] release = _bench.Next()!;
        _bench.Advance(20_000);
        _bench.Receive(TurnBench.Challenge(release, 438, "fresh"));
        _bench.Next().Should().NotBeNull();
        _bench.Advance(39_499);
        _bench.Machine.State.Should().Be(TurnAllocationState.Closing);
        _bench.Advance(39_500);

        _bench.Machine.State.Should().Be(TurnAllocationState.Closed);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-n")]
    public void Close_stops_what_is_under_way_and_late_answers_are_recognised()
    {
        _bench.Allocate();
        _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse("192.0.2.150"));
        byte[] permission = _bench.Next()!;
        _bench.Machine.Close(_bench.Now);
        byte[] release = _bench.Next()!;
        TurnBench.MethodOf(release).Should().Be(StunMethod.Refresh);

        List<byte[]> copies = [];
        _bench.Advance(500, copies.Add);
        copies.Should().ContainSingle().Which.Should().Equal(release);
        _bench.Receive(_bench.Success(permission)).Kind.Should().Be(VerdictKind.Consumed);
        _bench.Events().Should().BeEmpty();
        _bench.Machine.HasPermission(IpAddress.Parse("192.0.2.150")).Should().BeFalse();
    }

    [Fact]
    public void Close_before_credentials_were_sent_ends_at_once()
    {
        _bench.Machine.Start(_bench.Now);
        _bench.Next();
        _bench.Machine.Close(_bench.Now);

        _bench.Events().Should().Equal(new TurnEvent(TurnEventKind.Closed));
        _bench.Next().Should().BeNull();
    }

    [Fact]
    public void Close_while_an_allocation_may_be_coming_releases_it()
    {
        Challenged();
        _bench.Machine.Close(_bench.Now);

        TurnBench.LifetimeOf(_bench.Next()!).Should().Be(0);
    }

    [Fact]
    public void Close_of_a_machine_that_never_started_ends_at_once()
    {
        _bench.Machine.Close(_bench.Now);

        _bench.Machine.State.Should().Be(TurnAllocationState.Closed);
        _bench.Machine.Start(_bench.Now);
        _bench.Machine.State.Should().Be(TurnAllocationState.Closed);
    }

    [Fact]
    [Rfc("STUN-8489-6.3-d")]
    [Rfc("TURN-8656-5-k")]
    public void Responses_from_elsewhere_or_to_nothing_are_dropped()
    {
        byte[] request = Challenged();
        byte[] response = _bench.Allocation(request);
        TurnAllocationMachine machine = _bench.Machine;

        machine.HandleDatagram(_bench.Now, new TransportPath(TurnBench.Socket, TransportAddress.Parse("192.0.2.5:3479")), response).Reason
            .Should().Be(DropReason.UnexpectedSource);
        machine.HandleDatagram(_bench.Now, new TransportPath(new SocketHandle(9), TurnBench.Server), response).Reason.Should().Be(DropReason.UnknownSocket);
        _bench.Receive(request).Reason.Should().Be(DropReason.UnexpectedMessage);
        _bench.Receive(TurnBench.Message(StunMethod.Refresh, StunClass.SuccessResponse, StunTransactionId.Read(request.AsSpan(8)), (ref StunWriter _) => { })).Reason
            .Should().Be(DropReason.UnexpectedMessage);
        _bench.Receive(response[..^4]).Reason.Should().Be(DropReason.MalformedStun);
        _bench.Receive([]).Reason.Should().Be(DropReason.MalformedStun);
        machine.State.Should().Be(TurnAllocationState.Allocating);

        _bench.Receive(response).Kind.Should().Be(VerdictKind.Consumed);
        _bench.Receive(response).Reason.Should().Be(DropReason.UnmatchedResponse);
    }

    [Fact]
    [Rfc("STUN-8489-6.3.3-a")]
    [Rfc("STUN-8489-6.3.4-a")]
    public void Unknown_required_attribute_or_unreadable_code_fails_the_request_at_once()
    {
        byte[] request = Challenged();
        _bench.Receive(_bench.Success(request, (ref StunWriter w) => w.AddFlag((StunAttributeType)0x7F00)));
        _bench.Machine.Failure.Should().Be(TurnFailure.UnknownAttribute);

        _bench = new TurnBench();
        request = Challenged();
        using StunIntegrityKey key = StunIntegrityKey.LongTermMd5("George", TurnBench.Realm, "secret");
        _bench.Receive(TurnBench.Respond(request, StunClass.ErrorResponse, (ref StunWriter w) => w.AddIntegrity(key)));
        _bench.Machine.Failure.Should().Be(TurnFailure.MalformedResponse);
    }

    [Fact]
    [Rfc("TURN-8656-5-g")]
    public void Software_is_in_Allocate_and_Refresh()
    {
        _bench = new TurnBench(new TurnAllocationSettings { Software = "IceSharp" });
        TurnBench.Has(Challenged(), StunAttributeType.Software).Should().BeTrue();
        _bench = new TurnBench(new TurnAllocationSettings { Software = "IceSharp" });
        _bench.Allocate();
        _bench.Machine.Close(_bench.Now);
        TurnBench.Has(_bench.Next()!, StunAttributeType.Software).Should().BeTrue();
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-k")]
    public void Unreachable_server_fails_allocating_at_once()
    {
        _bench.Machine.Start(_bench.Now);
        _bench.Next();
        _bench.Machine.HandleUnreachable(_bench.Now, TurnBench.Server);

        _bench.Machine.Failure.Should().Be(TurnFailure.Unreachable);
    }

    [Fact]
    public void Early_repeated_and_late_calls_change_nothing_after_the_end()
    {
        _bench.Allocate();
        _bench.Machine.Close(_bench.Now);
        _bench.Advance(100_000);
        _bench.Events();
        _bench.Machine.HandleTimeout(_bench.Now);
        _bench.Machine.Dispose();
        _bench.Machine.Close(_bench.Now);
        _bench.Machine.Dispose();

        _bench.Next().Should().BeNull();
        _bench.Events().Should().BeEmpty();
    }

    [Fact]
    public void Round_trip_is_told()
    {
        _bench.Machine.Start(_bench.Now);
        byte[] request = _bench.Next()!;
        _bench.Receive(TurnBench.Challenge(request));
        request = _bench.Next()!;
        _bench.Advance(40);
        _bench.Receive(_bench.Allocation(request));

        _bench.Machine.RoundTripTime.Should().Be(TimeSpan.FromMilliseconds(40));
    }

    private byte[] Challenged()
    {
        _bench.Machine.Start(_bench.Now);
        _bench.Receive(TurnBench.Challenge(_bench.Next()!));
        return _bench.Next()!;
    }
}
