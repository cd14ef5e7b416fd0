using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>ICE restarts (RFC 8445 §9) of two agents with host candidates, in virtual time.</summary>
public class RestartTests
{
    [Theory]
    [InlineData(true, false, 0.0)]
    [InlineData(false, true, 0.0)]
    [InlineData(true, true, 0.0)]
    [InlineData(true, false, 0.4)]
    [InlineData(true, true, 0.4)]
    [Rfc("ICE-8445-9-a")]
    [Rfc("ICE-8445-9-d")] // T44
    [Rfc("ICE-8445-12.1-e")]
    [Rfc("ICE-8445-9-b")]
    [Rfc("ICE-8445-9-g")]
    [Rfc("ICE-8445-6.1.1-d")] // T45
    [Rfc("ICE-8445-6.1.1-e")]
    public void A_stream_of_50_packets_a_second_loses_none_whoever_restarts_and_roles_stay(bool leftRestarts, bool rightRestarts, double signalling)
    {
        Call call = new Call().Complete();
        (string Ufrag, string Password) left = Credentials(call.Left), right = Credentials(call.Right);

        int sent = Stream(call, 0.5);
        Restart(call, leftRestarts, rightRestarts, () => sent += Stream(call, signalling));
        sent += Stream(call, 5);
        call.Wire.Run(0.1);

        call.Left.Received.Should().HaveCount(sent);
        call.Right.Received.Should().HaveCount(sent);
        call.IsCompleted.Should().BeTrue();
        (call.Left.Machine.Role, call.Right.Machine.Role).Should().Be((IceRole.Controlling, IceRole.Controlled));
        foreach (((string Ufrag, string Password) before, Wire.Station side) in new[] { (left, call.Left), (right, call.Right) })
        {
            Credentials(side).Ufrag.Should().NotBe(before.Ufrag);
            Credentials(side).Password.Should().NotBe(before.Password);
            side.Events.OfType<RestartCompleted>().Should().ContainSingle().Which.Should().BeEquivalentTo(new { Session = 1, Outage = TimeSpan.Zero });
            side.Machine.GetRoute(0, 1)!.Pair.Local.Ufrag.Should().Be(Credentials(side).Ufrag, "data has moved to the new session");
            side.Events.OfType<RouteChanged>().Should().OnlyContain(e => e.Route != null);
        }

        call.Left.Events.OfType<StreamRestarted>().Single().IsOurs.Should().Be(leftRestarts);
    }

    [Fact]
    [Rfc("ICE-8445-9-c")]
    [Rfc("ICE-8839-4.4.3.1.1-a")]
    [Rfc("ICE-8445-9-f")]
    public void The_new_session_begins_with_nothing_of_the_old_one_but_data_goes_on_where_it_went()
    {
        Call call = new Call().Complete();
        DataRoute before = call.Left.Machine.GetRoute(0, 1)!;
        string old = Credentials(call.Left).Ufrag;
        call.Left.Machine.Restart(call.Wire.Now);
        call.Left.Machine.GetPairs(0).Should().OnlyContain(p => p.Local.Ufrag == old, "nobody has answered yet");
        call.Right.Machine.SetRemoteDescription(call.Wire.Now, call.Left.Machine.CreateLocalDescription());
        call.Left.Machine.SetRemoteDescription(call.Wire.Now, call.Right.Machine.CreateLocalDescription());

        IceCandidatePairInfo pair = call.Left.Machine.GetPairs(0).Should().ContainSingle().Subject;
        pair.Local.Ufrag.Should().Be(Credentials(call.Left).Ufrag);
        (pair.State, pair.IsValid, pair.IsNominated).Should().Be((IceCandidatePairState.InProgress, false, false));
        call.Left.Machine.GetRoute(0, 1).Should().BeSameAs(before);
        call.Left.Machine.State.Should().Be(IceConnectionState.Connected, "the previous pair carries data");
    }

    [Fact]
    [Rfc("ICE-8445-9-h")]
    [Rfc("ICE-8445-9-i")]
    [Rfc("ICE-7675-5.1-n")] // T44
    public void While_a_restart_runs_the_old_pair_keeps_consent_and_answers_and_old_answers_touch_nothing()
    {
        Call call = new Call().Complete();
        string password = Credentials(call.Right).Password, newUfrag = string.Empty;
        Restart(call, left: true, right: false);
        newUfrag = Credentials(call.Left).Ufrag;
        call.Wire.Loses = f => Call.Read(f, (in StunReader m) => m.Class == StunClass.Request && m.Has(StunAttributeType.UseCandidate));

        // The peer cannot nominate: the new session stays on its way, and data on the old pair.
        call.Wire.Run(20);

        call.Left.Machine.GetRoute(0, 1)!.Pair.Local.Ufrag.Should().NotBe(newUfrag);
        call.Left.Events.OfType<ConsentLost>().Should().BeEmpty();
        call.Wire.Loses = f => f.From == "right";
        call.Wire.Trace.Clear();
        call.Wire.RunUntil(() => call.Sent(call.Left, StunClass.Request).Count > 0, 7);
        call.Left.Machine.GetPairs(0).Should().OnlyContain(p => p.Local.Ufrag == newUfrag);
        call.Wire.Run(9);
        call.Deliver(call.Left, call.Left.Machine.GetRoute(0, 1)!.Peer, Call.Answer(call.Sent(call.Left, StunClass.Request)[0], password)).Kind.Should().NotBe(VerdictKind.Payload);
        call.Left.Machine.GetPairs(0).Should().OnlyContain(p => p.Local.Ufrag == newUfrag);
    }

    [Fact]
    [Rfc("ICE-8445-9-i")]
    public void A_late_answer_to_a_check_of_the_old_session_finds_nobody()
    {
        var call = new Call();
        call.Wire.Loses = f => f.From == "right";
        call.Wire.Run(0.1);
        Wire.Flight check = call.Sent(call.Left, StunClass.Request)[0];
        string password = Credentials(call.Right).Password;
        Restart(call, left: true, right: false);

        call.Deliver(call.Left, check.Destination, Call.Answer(check, password)).Should().Be(DatagramVerdict.Dropped(DropReason.UnmatchedResponse));

        call.Left.Machine.GetPairs(0).Should().ContainSingle().Which.IsValid.Should().BeFalse();
        call.Wire.Loses = _ => false;
        call.Wire.RunUntil(() => call.IsCompleted, 5);
    }

    [Fact]
    [Rfc("ICE-8839-4.4-a")]
    public void An_unanswered_restart_can_be_taken_back_and_costs_nothing()
    {
        Call call = new Call().Complete();
        (string Ufrag, string Password) before = Credentials(call.Left);
        call.Left.Machine.Restart(call.Wire.Now);
        Credentials(call.Left).Should().NotBe(before);
        call.Wire.Run(120);
        call.IsCompleted.Should().BeTrue("the session in force goes on");

        call.Left.Machine.RollbackRestart(call.Wire.Now).Should().BeTrue();
        call.Left.Machine.RollbackRestart(call.Wire.Now).Should().BeFalse("there is nothing left to take back");

        Credentials(call.Left).Should().Be(before);
        call.Wire.Run(60);
        call.IsCompleted.Should().BeTrue();
        Restart(call, left: false, right: true);
        call.Wire.RunUntil(() => call.Left.Events.OfType<RestartCompleted>().Any(), 5);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.015)]
    [InlineData(0.03)]
    public void A_restart_before_the_first_session_has_concluded_replaces_it(double after)
    {
        var call = new Call();
        call.Wire.Run(after);

        Restart(call, left: true, right: false);

        call.Wire.RunUntil(() => call.IsCompleted, 5);
        call.Left.Machine.GetRoute(0, 1)!.Pair.Local.Ufrag.Should().Be(Credentials(call.Left).Ufrag);
    }

    [Fact]
    public void A_restart_before_anybody_has_answered_replaces_the_first_session_at_once()
    {
        var wire = new Wire(TimeSpan.FromMilliseconds(10));
        Wire.Station left = wire.Add("left", new IceAgentMachineOptions(), "10.0.1.5");
        left.Machine.AddDataStream("audio", 1);
        left.Machine.StartGathering(wire.Now);
        (string Ufrag, string Password) first = Credentials(left);

        left.Machine.Restart(wire.Now);
        left.Drain();

        Credentials(left).Should().NotBe(first);
        left.Machine.RollbackRestart(wire.Now).Should().BeFalse("nothing was in force before");
        left.Machine.GatheringState.Should().Be(IceGatheringState.Complete);
        left.Machine.CreateLocalDescription().Streams[0].Candidates.Should().ContainSingle().Which.Ufrag.Should().Be(Credentials(left).Ufrag);
    }

    [Fact]
    public void One_stream_restarts_and_the_other_stays_as_it_is()
    {
        Call call = new Call(streams: 2).Complete();
        DataRoute other = call.Left.Machine.GetRoute(1, 1)!;
        string ufrag = call.Left.Machine.CreateLocalDescription().Streams[1].Ufrag;

        call.Left.Machine.Restart(call.Wire.Now, 0);
        Exchange(call);
        call.Wire.RunUntil(() => call.Left.Events.OfType<RestartCompleted>().Any(), 5);

        call.Left.Events.OfType<RestartCompleted>().Should().ContainSingle().Which.Stream.Should().Be(0);
        call.Left.Machine.GetRoute(1, 1).Should().BeSameAs(other);
        call.Left.Machine.CreateLocalDescription().Streams[1].Ufrag.Should().Be(ufrag);
    }

    [Fact]
    [Rfc("ICE-8838-9-d")]
    [Rfc("ICE-8838-9-c")]
    [Rfc("ICE-8838-15-a")]
    [Rfc("ICE-8838-13-a")]
    public void What_trickles_late_is_told_apart_by_its_fragment()
    {
        Call call = new Call().Complete();
        IceCandidate late = call.Right.Machine.CreateLocalDescription().Streams[0].Candidates[0] with { Address = TransportAddress.Parse("10.0.2.8:6000") };
        call.Left.Machine.Restart(call.Wire.Now);
        call.Right.Machine.SetRemoteDescription(call.Wire.Now, call.Left.Machine.CreateLocalDescription());
        IceDescription answer = call.Right.Machine.CreateLocalDescription();
        IceCandidate early = answer.Streams[0].Candidates[0];
        call.Left.Machine.AddRemoteCandidate(call.Wire.Now, 0, early);
        call.Left.Machine.SetRemoteDescription(call.Wire.Now, answer with { Options = [], Streams = [answer.Streams[0] with { Candidates = [], EndOfCandidates = false }] });

        call.Left.Machine.GetPairs(0).Should().ContainSingle("the candidate that overtook the answer was kept").Which.Remote.Address.Should().Be(early.Address);
        call.Left.Machine.AddRemoteCandidate(call.Wire.Now, 0, late);
        call.Left.Machine.EndRemoteCandidates(call.Wire.Now, 0, late.Ufrag);
        call.Left.Machine.AddRemoteCandidate(call.Wire.Now, 0, early with { Address = TransportAddress.Parse("10.0.2.9:6000") });
        call.Left.Drain();

        call.Left.Events.OfType<RemoteCandidateIgnored>().Should().ContainSingle().Which.Candidate.Should().Be(late);
        call.Left.Machine.GetPairs(0).Should().HaveCount(2, "the end belonged to the old session, and the peer trickles though it did not say so again");
        call.Wire.RunUntil(() => call.IsCompleted, 5);
    }

    [Fact]
    [Rfc("ICE-5245-9.2.1.1-a")]
    public void New_credentials_are_a_restart_when_only_one_of_them_changed_and_the_same_ones_are_none()
    {
        Call call = new Call().Complete();
        IceDescription told = call.Right.Machine.CreateLocalDescription();

        call.Left.Machine.SetRemoteDescription(call.Wire.Now, told);
        call.Left.Drain();
        call.Left.Events.OfType<StreamRestarted>().Should().BeEmpty();

        call.Left.Machine.SetRemoteDescription(call.Wire.Now, told with { Streams = [told.Streams[0] with { Password = told.Streams[0].Password + "new" }] });
        call.Left.Drain();
        call.Left.Events.OfType<StreamRestarted>().Should().ContainSingle().Which.IsOurs.Should().BeFalse();
    }

    [Fact]
    [Rfc("ICE-8445-9-j")]
    [Rfc("ICE-8863-4-f")]
    [Rfc("ICE-8863-4-d")]
    public void A_restart_that_fails_ends_data_39_5_s_after_the_new_credentials_were_known()
    {
        Call call = new Call().Complete();
        string old = Credentials(call.Left).Ufrag;
        Restart(call, left: true, right: false);
        MonotonicTime began = call.Wire.Now;

        // Only the new session's checks are lost.
        call.Wire.Loses = f => Call.Read(f, (in StunReader m) => m.Class == StunClass.Request && !IsFor(m, old)) && f.At >= began;
        call.Wire.Run(39.4);
        call.Right.Machine.GetRoute(0, 1).Should().NotBeNull();
        call.Wire.Run(0.2);

        call.Left.Machine.State.Should().Be(IceConnectionState.Failed);
        call.Left.Machine.GetRoute(0, 1).Should().BeNull();
        call.Left.Events.OfType<StreamFailed>().Single().Reason.Should().Contain("restart");

        static bool IsFor(in StunReader message, string ufrag)
        {
            message.GetBytes(StunAttributeType.Username, out ReadOnlySpan<byte> username);
            return System.Text.Encoding.ASCII.GetString(username).Contains(ufrag, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void When_the_old_path_is_dead_the_first_valid_pair_of_the_new_session_takes_over_and_the_outage_is_told()
    {
        Call call = new Call(right: ["10.0.2.7", "10.0.3.7"]).Complete();
        TransportAddress dead = call.Left.Machine.GetRoute(0, 1)!.Peer;
        call.Wire.Loses = f => f.Source == dead || f.Destination == dead;
        call.Wire.RunUntil(() => call.Left.Events.OfType<ConsentLost>().Any() && call.Right.Events.OfType<ConsentLost>().Any(), 40);
        call.Left.Events.OfType<RestartSuggested>().Should().ContainSingle().Which.Reason.Should().Contain("consent expired");
        MonotonicTime lost = call.Left.Events.OfType<ConsentLost>().Single().LastResponseAt + TimeSpan.FromSeconds(30);
        call.Wire.Run(2);

        Restart(call, left: true, right: false);
        call.Wire.RunUntil(() => call.IsCompleted, 10);
        call.Left.Drain();

        RestartCompleted completed = call.Left.Events.OfType<RestartCompleted>().Should().ContainSingle().Subject;
        completed.Outage.TotalSeconds.Should().BeInRange((call.Wire.Now - lost).TotalSeconds - 0.3, (call.Wire.Now - lost).TotalSeconds);
        call.Left.Machine.GetRoute(0, 1)!.Peer.Should().NotBe(dead);
    }

    [Fact]
    [Rfc("ICE-7675-5.1-q")]
    public void After_consent_was_lost_a_restart_regains_the_same_path_with_other_credentials()
    {
        Call call = new Call().Complete();
        TransportAddress peer = call.Left.Machine.GetRoute(0, 1)!.Peer;
        call.Wire.Loses = _ => true;
        call.Wire.RunUntil(() => call.Left.Machine.State == IceConnectionState.Failed && call.Right.Machine.State == IceConnectionState.Failed, 40);
        call.Wire.Loses = _ => false;
        call.Wire.Run(10);
        call.Left.Machine.GetRoute(0, 1).Should().BeNull();

        Restart(call, left: true, right: false);
        call.Wire.RunUntil(() => call.IsCompleted, 5);

        call.Left.Machine.GetRoute(0, 1)!.Peer.Should().Be(peer);
    }

    [Fact]
    public void The_old_credentials_are_of_use_until_the_peer_has_left_them_for_6_s_and_30_s_at_most()
    {
        Call call = new Call().Complete();
        IceStreamDescription old = call.Left.Machine.CreateLocalDescription().Streams[0];
        TransportAddress peer = call.Left.Machine.GetRoute(0, 1)!.Peer;
        Restart(call, left: true, right: false);
        call.Wire.RunUntil(() => call.IsCompleted, 5);
        MonotonicTime completed = call.Wire.Now;

        for (int i = 0; i < 6; i++)
        {
            call.Wire.Run(i == 0 ? 2.5 : 5);
            call.Deliver(call.Left, peer, Check(old, (byte)i)).Should().Be(DatagramVerdict.Consumed, "it is used at {0}", call.Wire.Now - completed);
        }

        call.Wire.Run(2.6);
        call.Deliver(call.Left, peer, Check(old, 99)).Should().Be(DatagramVerdict.Dropped(DropReason.Unauthenticated));
        call.IsCompleted.Should().BeTrue();
    }

    [Fact]
    [Rfc("ICE-8445-9-e")]
    public void A_peer_becomes_lite_by_a_restart_only()
    {
        Call call = new Call().Complete();
        IceDescription told = call.Right.Machine.CreateLocalDescription();

        FluentActions.Invoking(() => call.Left.Machine.SetRemoteDescription(call.Wire.Now, told with { IsLite = true })).Should().Throw<ArgumentException>().WithMessage("*restart*");
        call.Left.Machine.SetRemoteDescription(call.Wire.Now, told with { IsLite = true, Streams = [told.Streams[0] with { Ufrag = "fresh", Password = "another-password-of-22".Replace('-', '+') }] });
    }

    [Fact]
    public void A_peer_that_restarts_every_10_ms_holds_three_sessions_at_most_and_data_stays_where_it_was()
    {
        Call call = new Call().Complete();
        IceDescription told = call.Right.Machine.CreateLocalDescription();
        DataRoute before = call.Left.Machine.GetRoute(0, 1)!;
        for (int i = 0; i < 500; i++)
        {
            call.Left.Machine.SetRemoteDescription(call.Wire.Now, told with { Streams = [told.Streams[0] with { Ufrag = $"ufrag{i}", Password = $"password+of+at+least+22+{i}" }] });
            call.Wire.Run(0.01);
        }

        call.Left.Machine.GetRoute(0, 1).Should().BeSameAs(before);
        call.Left.Machine.GetPairs(0).Should().HaveCountLessThan(3);
        call.Left.Events.OfType<StreamRestarted>().Should().HaveCount(500);
        call.Left.SendData(0, 1, [1]);
        call.Wire.Run(0.1);
        call.Right.Received.Should().ContainSingle();
    }

    // Both ways, every 20 ms, for some time. The number sent each way.
    private static int Stream(Call call, double seconds)
    {
        int count = (int)(seconds * 50);
        for (int i = 0; i < count; i++)
        {
            call.Left.SendData(0, 1, [1]);
            call.Right.SendData(0, 1, [2]);
            call.Wire.Run(0.02);
        }

        return count;
    }

    private static void Restart(Call call, bool left, bool right, Action? signalling = null)
    {
        if (left)
        {
            call.Left.Machine.Restart(call.Wire.Now);
        }

        if (right)
        {
            call.Right.Machine.Restart(call.Wire.Now);
        }

        IceDescription ofLeft = call.Left.Machine.CreateLocalDescription(), ofRight = call.Right.Machine.CreateLocalDescription();
        signalling?.Invoke();
        if (left)
        {
            call.Right.Machine.SetRemoteDescription(call.Wire.Now, ofLeft);
            ofRight = call.Right.Machine.CreateLocalDescription();
            signalling?.Invoke();
            call.Left.Machine.SetRemoteDescription(call.Wire.Now, ofRight);
        }
        else
        {
            call.Left.Machine.SetRemoteDescription(call.Wire.Now, ofRight);
            call.Right.Machine.SetRemoteDescription(call.Wire.Now, call.Left.Machine.CreateLocalDescription());
        }
    }

    private static void Exchange(Call call)
    {
        call.Right.Machine.SetRemoteDescription(call.Wire.Now, call.Left.Machine.CreateLocalDescription());
        call.Left.Machine.SetRemoteDescription(call.Wire.Now, call.Right.Machine.CreateLocalDescription());
    }

    private static (string Ufrag, string Password) Credentials(Wire.Station side)
    {
        IceStreamDescription stream = side.Machine.CreateLocalDescription().Streams[0];
        return (stream.Ufrag, stream.Password);
    }

    private static byte[] Check(IceStreamDescription to, byte number)
    {
        var buffer = new byte[300];
        using var key = StunIntegrityKey.ShortTerm(to.Password);
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, StunTransactionId.Read([number, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
        writer.AddText(StunAttributeType.Username, $"{to.Ufrag}:abcd");
        writer.AddUInt32(StunAttributeType.Priority, 1862270975);
        writer.AddUInt64(StunAttributeType.IceControlled, 1);
        writer.AddIntegrity(key);
        writer.AddFingerprint();
        return writer.Written.ToArray();
    }
}
