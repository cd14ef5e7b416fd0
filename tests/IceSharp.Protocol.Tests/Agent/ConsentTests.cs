using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Consent freshness (RFC 7675) of two agents with host candidates, in virtual time.</summary>
public class ConsentTests
{
    [Fact]
    [Rfc("ICE-7675-5.1-e")] // T42
    [Rfc("ICE-7675-5.1-f")]
    [Rfc("ICE-7675-5.1-g")]
    [Rfc("ICE-7675-5.1-i")] // T41
    [Rfc("ICE-7675-4-a")] // T39
    [Rfc("ICE-8445-11-a")]
    public void Requests_leave_four_to_six_seconds_apart_each_drawn_anew_once_only_and_no_indication_beside_them()
    {
        Call call = new Call().Complete();

        call.Wire.Run(5100);

        foreach (Wire.Station side in new[] { call.Left, call.Right })
        {
            List<Wire.Flight> requests = call.Sent(side, StunClass.Request);
            double[] gaps = [.. requests.Zip(requests.Skip(1), (a, b) => (b.At - a.At).TotalSeconds)];
            gaps.Should().HaveCountGreaterThan(900).And.OnlyContain(gap => gap >= 4 && gap <= 6);
            gaps.Average().Should().BeApproximately(5, 0.1);
            gaps.Distinct().Count().Should().BeGreaterThan(gaps.Length / 2, "each interval is drawn anew");
            gaps.Count(gap => gap < 4.5).Should().BeInRange(gaps.Length / 8, gaps.Length * 3 / 8, "evenly spread");
            requests.Select(r => Convert.ToHexString(r.Bytes.AsSpan(8, 12))).Should().OnlyHaveUniqueItems();
            call.Sent(side, StunClass.Indication).Should().BeEmpty();
        }

        call.IsCompleted.Should().BeTrue();
    }

    [Fact]
    [Rfc("ICE-7675-5.1-s")]
    [Rfc("ICE-7675-5.1-b")]
    public void A_request_says_all_that_a_check_says_and_nominates_nothing()
    {
        Call call = new Call().Complete();
        IceStreamDescription peer = call.Right.Machine.CreateLocalDescription().Streams[0];

        call.Wire.Run(7);

        Wire.Flight request = call.Sent(call.Left, StunClass.Request)[0];
        request.Destination.Should().Be(call.Left.Machine.GetRoute(0, 1)!.Peer);
        using var key = StunIntegrityKey.ShortTerm(peer.Password);
        StunReader.TryParse(request.Bytes, out StunReader message).Should().Be(StunParseStatus.Ok);
        message.GetBytes(StunAttributeType.Username, out ReadOnlySpan<byte> username);
        System.Text.Encoding.ASCII.GetString(username).Should().Be($"{peer.Ufrag}:{call.Left.Machine.CreateLocalDescription().Streams[0].Ufrag}");
        message.VerifyIntegrity(key).Should().Be(StunIntegrityStatus.Ok);
        message.VerifyFingerprint().Should().Be(StunFingerprintStatus.Ok);
        message.Has(StunAttributeType.Priority).Should().BeTrue();
        message.Has(StunAttributeType.IceControlling).Should().BeTrue();
        message.Has(StunAttributeType.UseCandidate).Should().BeFalse();
    }

    [Fact]
    [Rfc("ICE-7675-5.1-c")] // T40
    [Rfc("ICE-7675-5.1-h")]
    [Rfc("ICE-7675-5.1-d")]
    [Rfc("ICE-7675-5.1-l")]
    [Rfc("ICE-7675-5.1-q")]
    [Rfc("ICE-8445-8.1.2-f")]
    public void Sending_ends_30_s_after_the_last_answer_arrived_and_late_answers_do_not_bring_it_back()
    {
        Call call = new Call().Complete();
        call.Wire.RunUntil(() => call.Sent(call.Right, StunClass.SuccessResponse).Count > 0, 7);
        MonotonicTime lastAnswer = call.Wire.Now + TimeSpan.FromMilliseconds(10);
        call.Wire.Run(0.01);
        call.Wire.Loses = f => f.From == "right";

        RunTo(call, lastAnswer + TimeSpan.FromSeconds(29.9));
        call.Left.SendData(0, 1, [1]);
        RunTo(call, lastAnswer + TimeSpan.FromSeconds(30));

        call.Left.Machine.GetRoute(0, 1).Should().BeNull();
        call.Left.Machine.State.Should().Be(IceConnectionState.Failed);
        ConsentLost lost = call.Left.Events.OfType<ConsentLost>().Should().ContainSingle().Subject;
        lost.Should().BeEquivalentTo(new { Stream = 0, Component = 1, Loss = IceConsentLoss.Expired, LastResponseAt = lastAnswer });
        call.Left.Events.OfType<StreamFailed>().Should().ContainSingle().Which.Reason.Should().Contain("30 s ago");

        Wire.Flight late = call.Sent(call.Left, StunClass.Request)[^1];
        string password = call.Right.Machine.CreateLocalDescription().Streams[0].Password;
        call.Deliver(call.Left, late.Destination, Call.Answer(late, password)).Should().Be(DatagramVerdict.Dropped(DropReason.UnmatchedResponse));
        call.Wire.Loses = _ => false;
        call.Wire.Run(60);
        call.Left.Machine.GetRoute(0, 1).Should().BeNull("these credentials are used up on this path");
        call.Sent(call.Left, StunClass.Request).Should().NotContain(f => f.At > lastAnswer + TimeSpan.FromSeconds(30));
    }

    [Fact]
    [Rfc("ICE-7675-5.1-b")]
    public void Neither_own_packets_nor_the_peers_requests_and_data_renew_consent_trap_T40()
    {
        Call call = new Call().Complete();
        call.Wire.Loses = f => f.From == "right" && (Call.Is(f, StunClass.SuccessResponse) || Call.Is(f, StunClass.ErrorResponse));
        MonotonicTime cut = call.Wire.Now;
        for (int i = 0; i < 60 && call.Left.Machine.GetRoute(0, 1) is not null; i++)
        {
            call.Left.SendData(0, 1, [1]);
            call.Right.SendData(0, 1, [2]);
            call.Wire.Run(0.5);
        }

        call.Left.Machine.GetRoute(0, 1).Should().BeNull();
        (call.Wire.Now - cut).TotalSeconds.Should().BeLessThanOrEqualTo(30);
        call.Left.Received.Count.Should().BeGreaterThan(50, "the peer was heard all the time");
        call.Right.Machine.State.Should().Be(IceConnectionState.Completed, "its own requests are answered");
    }

    [Fact]
    [Rfc("ICE-7675-5.1-j")] // T41
    [Rfc("ICE-7675-5.1-k")]
    public void An_answer_to_an_earlier_request_counts_beside_the_latest()
    {
        Call call = new Call().Complete();
        call.Wire.Loses = f => f.From == "right";
        call.Wire.RunUntil(() => call.Sent(call.Left, StunClass.Request).Count == 2, 20);
        Wire.Flight earlier = call.Sent(call.Left, StunClass.Request)[0];
        MonotonicTime answered = call.Wire.Now;
        string password = call.Right.Machine.CreateLocalDescription().Streams[0].Password;
        call.Deliver(call.Left, earlier.Destination, Call.Answer(earlier, password)).Should().Be(DatagramVerdict.Consumed);

        RunTo(call, answered + TimeSpan.FromSeconds(29.9));
        call.Left.Machine.GetRoute(0, 1).Should().NotBeNull();
        call.Wire.Run(0.2);

        call.Left.Events.OfType<ConsentLost>().Should().ContainSingle().Which.LastResponseAt.Should().Be(answered);
        Wire.Flight forgotten = call.Sent(call.Left, StunClass.Request)[1];
        (call.Wire.Now - forgotten.At).Should().BeGreaterThan(TimeSpan.FromSeconds(8), "16 timeouts of 500 ms");
        call.Deliver(call.Left, forgotten.Destination, Call.Answer(forgotten, password)).Reason.Should().Be(DropReason.UnmatchedResponse);
    }

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(403, true, true)]
    [InlineData(403, false, false)]
    [InlineData(401, true, false)]
    [InlineData(400, true, false)]
    [InlineData(500, true, false)]
    [Rfc("ICE-7675-5.2-a")]
    [Rfc("ICE-7675-5.1-r")]
    public void Only_an_authenticated_403_revokes_at_once_and_other_errors_neither_renew_nor_revoke(int code, bool authenticated, bool revokes)
    {
        Call call = new Call().Complete();
        call.Wire.Loses = f => f.From == "right";
        call.Wire.RunUntil(() => call.Sent(call.Left, StunClass.Request).Count == 1, 7);
        Wire.Flight request = call.Sent(call.Left, StunClass.Request)[0];
        string password = authenticated ? call.Right.Machine.CreateLocalDescription().Streams[0].Password : "not the peer's password";

        call.Deliver(call.Left, request.Destination, Call.Answer(request, password, code));

        (call.Left.Machine.GetRoute(0, 1) is null).Should().Be(revokes);
        call.Wire.Run(30);
        ConsentLost lost = call.Left.Events.OfType<ConsentLost>().Should().ContainSingle().Subject;
        lost.Loss.Should().Be(revokes ? IceConsentLoss.Forbidden : IceConsentLoss.Expired);
        (request.At - lost.LastResponseAt).Should().BePositive("nothing renewed it");
    }

    [Fact]
    [Rfc("ICE-7675-5.1-r")]
    public void A_487_to_a_request_for_consent_switches_the_role_and_keeps_consent_as_it_is()
    {
        Call call = new Call().Complete();
        call.Wire.Loses = f => f.From == "right";
        call.Wire.RunUntil(() => call.Sent(call.Left, StunClass.Request).Count == 1, 7);
        Wire.Flight request = call.Sent(call.Left, StunClass.Request)[0];

        call.Deliver(call.Left, request.Destination, Call.Answer(request, call.Right.Machine.CreateLocalDescription().Streams[0].Password, 487));

        call.Left.Machine.Role.Should().Be(IceRole.Controlled);
        call.Left.Machine.GetRoute(0, 1).Should().NotBeNull();
    }

    [Fact]
    public void An_answer_from_elsewhere_does_not_renew_consent()
    {
        Call call = new Call().Complete();
        call.Wire.Loses = f => f.From == "right";
        call.Wire.RunUntil(() => call.Sent(call.Left, StunClass.Request).Count == 1, 7);
        Wire.Flight request = call.Sent(call.Left, StunClass.Request)[0];
        byte[] answer = Call.Answer(request, call.Right.Machine.CreateLocalDescription().Streams[0].Password);

        call.Deliver(call.Left, request.Destination with { Port = 9 }, answer).Reason.Should().Be(DropReason.UnexpectedSource);

        call.Wire.Run(30);
        call.Left.Events.OfType<ConsentLost>().Single().LastResponseAt.Should().BeLessThan(request.At);
    }

    [Fact]
    [Rfc("ICE-7675-5.2-b")]
    public void The_application_can_say_that_the_peer_has_closed()
    {
        Call call = new Call(components: 2).Complete();

        call.Left.Machine.RevokeConsent(call.Wire.Now, 0, 2);
        call.Left.Drain();

        call.Left.Events.OfType<ConsentLost>().Should().ContainSingle().Which.Loss.Should().Be(IceConsentLoss.Revoked);
        call.Left.Machine.GetRoute(0, 2).Should().BeNull();
        FluentActions.Invoking(() => call.Left.Machine.RevokeConsent(call.Wire.Now, 0, 3)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("component");
    }

    [Fact]
    [Rfc("ICE-7675-5.1-t")]
    [Rfc("ICE-8445-12.1-f")]
    [Rfc("ICE-8445-8.1.2-e")]
    public void Losing_one_component_ends_sending_on_its_stream_and_leaves_other_streams_alone()
    {
        Call call = new Call(components: 2, streams: 2).Complete();
        TransportAddress lost = call.Left.Machine.GetRoute(0, 2)!.Peer;
        call.Wire.Loses = f => f.Source == lost;

        call.Wire.Run(40);

        call.Left.Events.OfType<ConsentLost>().Should().ContainSingle().Which.Component.Should().Be(2);
        call.Left.Events.OfType<StreamFailed>().Should().ContainSingle().Which.Stream.Should().Be(0);
        (call.Left.Machine.GetRoute(0, 1), call.Left.Machine.GetRoute(0, 2)).Should().Be((null, null));
        (call.Left.Machine.GetRoute(1, 1) is not null && call.Left.Machine.GetRoute(1, 2) is not null).Should().BeTrue();
        call.Left.Machine.State.Should().Be(IceConnectionState.Connected);
    }

    [Fact]
    [Rfc("ICE-7675-5-a")]
    [Rfc("ICE-7675-5.1-a")]
    public void Consent_begins_with_the_first_successful_check_and_lasts_30_s_from_it()
    {
        var call = new Call();
        call.Left.Machine.GetRoute(0, 1).Should().BeNull("nothing may be sent before");
        call.Wire.RunUntil(() => call.Left.Machine.GetRoute(0, 1) is not null, 1);
        MonotonicTime proven = call.Wire.Now;
        call.Wire.Loses = _ => true;

        RunTo(call, proven + TimeSpan.FromSeconds(29.9));
        call.Left.Machine.GetRoute(0, 1).Should().NotBeNull();
        call.Wire.Run(0.2);

        call.Left.Machine.GetRoute(0, 1).Should().BeNull();
        call.Left.Events.OfType<ConsentLost>().Single().LastResponseAt.Should().Be(proven);
    }

    [Fact]
    [Rfc("ICE-7675-5.1-p")]
    public void A_valid_pair_that_was_idle_regains_consent_before_data_goes_on_it()
    {
        // The peer nominates nothing: two valid pairs stand side by side, and only the better one is kept fresh.
        Call call = new(new IceAgentMachineOptions { Role = IceRole.Controlled }, right: ["10.0.2.7", "10.0.3.7"]);
        call.Wire.Loses = f => Call.Read(f, (in StunReader m) => m.Has(StunAttributeType.UseCandidate));
        call.Wire.RunUntil(() => call.Left.Machine.GetPairs(0).Count(p => p.IsValid) == 2, 2);
        TransportAddress best = call.Left.Machine.GetRoute(0, 1)!.Peer;
        call.Wire.Run(31);
        call.Left.Machine.GetRoute(0, 1)!.Peer.Should().Be(best);
        call.Wire.Loses = f => f.Source == best || f.Destination == best;
        call.Wire.Trace.Clear();

        call.Wire.RunUntil(() => call.Left.Machine.GetRoute(0, 1)?.Peer != best, 31);

        call.Left.Machine.GetRoute(0, 1).Should().BeNull("the other pair's consent is too old");
        call.Wire.RunUntil(() => call.Left.Machine.GetRoute(0, 1) is not null, 1);
        call.Sent(call.Left, StunClass.Request).Should().Contain(f => f.Destination == call.Left.Machine.GetRoute(0, 1)!.Peer, "it was asked first");
    }

    [Fact]
    [Rfc("ICE-7675-5.2-c")]
    public void Nothing_unauthenticated_ends_consent()
    {
        Call call = new Call().Complete();
        call.Wire.RunUntil(() => call.Sent(call.Left, StunClass.Request).Count == 1, 7);
        Wire.Flight request = call.Sent(call.Left, StunClass.Request)[0];
        foreach (int code in new[] { 300, 400, 401, 403, 420, 487, 500 })
        {
            call.Deliver(call.Left, request.Destination, Call.Answer(request, "not the peer's password", code)).Reason.Should().Be(DropReason.Unauthenticated);
        }

        call.Wire.Run(120);

        call.IsCompleted.Should().BeTrue();
        call.Left.Events.OfType<ConsentLost>().Should().BeEmpty();
    }

    [Fact]
    [Rfc("ICE-7675-5.1-m")]
    public void No_public_member_shows_the_transaction_IDs_of_an_agent()
    {
        IEnumerable<Type> shown = typeof(IceAgentMachine).Assembly.GetExportedTypes()
            .Where(t => t.Namespace == typeof(IceAgentMachine).Namespace || t.Namespace == nameof(IceSharp));

        shown.SelectMany(t => t.GetProperties()).Where(p => p.PropertyType == typeof(StunTransactionId)).Should().BeEmpty();
        shown.SelectMany(t => t.GetMethods()).Where(m => m.ReturnType == typeof(StunTransactionId) || m.GetParameters().Any(p => p.ParameterType.ToString().Contains(nameof(StunTransactionId), StringComparison.Ordinal)))
            .Should().BeEmpty();
    }

    private static void RunTo(Call call, MonotonicTime at) => call.Wire.Run((at - call.Wire.Now).TotalSeconds);
}
