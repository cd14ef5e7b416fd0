using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using static IceSharp.IceCandidatePairState;
using static IceSharp.Protocol.Tests.Agent.CheckBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Checks as STUN server, and what a check of the peer brings about (RFC 8445 §7.3).</summary>
public class CheckServerTests
{
    private static readonly IceAgentMachineOptions Controlled = new() { Role = IceRole.Controlled };

    [Fact]
    [Rfc("ICE-8445-7.3-b")]
    [Rfc("ICE-8445-7.3.1.2-a")] // T53
    [Rfc("ICE-8445-7.3.1.2-b")]
    [Rfc("ICE-8445-7.3-h")]
    public void An_answer_names_the_source_goes_back_the_way_it_came_and_is_keyed_with_our_password()
    {
        using CheckBench bench = new CheckBench(addresses: ["10.0.1.5", "10.0.1.6"]).Tell(Candidate("10.0.2.7"));
        string password = bench.Machine.CreateLocalDescription().Streams[0].Password;

        Reading answer = bench.Check("10.0.2.9", 777, at: 1)!;

        answer.Mapped.Should().Be(Address("10.0.2.9", 777));
        answer.IsKeyedWith(password).Should().BeTrue();
        answer.HasFingerprint.Should().BeTrue();
        answer.Username.Should().BeNull();
        SentDatagram sent = bench.Sent.Last(s => s.Message.Id == answer.Id);
        (sent.Socket, sent.To).Should().Be((bench.Socket(1), Address("10.0.2.9", 777)));
    }

    [Fact]
    public void A_check_from_the_peers_new_session_to_our_old_one_is_refused_and_one_from_its_old_session_is_not()
    {
        using CheckBench bench = new CheckBench(Controlled).Tell(Candidate("10.0.2.7")).Run(60);
        bench.AnswerAll();
        bench.Check("10.0.2.7", useCandidate: true);
        bench.Machine.State.Should().Be(IceConnectionState.Completed, "the old session carries data while the new one is checked");
        IceStreamDescription old = bench.Machine.CreateLocalDescription().Streams[0];
        IceDescription restarted = bench.Description([Candidate("10.0.2.7")]);
        bench.Tell(restarted with { Streams = [restarted.Streams[0] with { Ufrag = "newPeer", Password = "anotherPasswordOfThePeer+1" }] });

        bench.Check("10.0.2.7", username: $"{old.Ufrag}:newPeer", password: old.Password)!.ErrorCode.Should().Be(400);
        bench.Check("10.0.2.7", username: $"{old.Ufrag}:{restarted.Streams[0].Ufrag}", password: old.Password)!.ErrorCode.Should().Be(0);
    }

    [Theory]
    [Rfc("ICE-8445-7.3-c")]
    [Rfc("ICE-8489-9.1.3-a")]
    [Rfc("ICE-8445-7.3.1.3-d")]
    [Rfc("ICE-8489-6.3.1-a")]
    [Rfc("ICE-8445-7.3-f")]
    [InlineData("{own}:somebody else", "", 1u, null, 0, true)]
    [InlineData("{own}:", "", 1u, null, 0, true)]
    [InlineData("none", "", 1u, null, 400, false)]
    [InlineData("{own}:peer", null, 1u, null, 400, false)]
    [InlineData("stranger:peer", "", 1u, null, 401, false)]
    [InlineData("{own}", "", 1u, null, 401, false)]
    [InlineData("{own}:peer", "aPasswordOfNobody1234567", 1u, null, 401, false)]
    [InlineData("{own}:peer", "", null, null, 400, true)]
    [InlineData("{own}:peer", "", 1u, (StunAttributeType)0x7F00, 420, true)]
    [InlineData("{own}:peer", "", 1u, (StunAttributeType)0xC057, 0, true)]
    public void A_check_is_answered_by_what_is_wrong_with_it(string username, string? password, uint? priority, StunAttributeType? attribute, int error, bool integrity)
    {
        using CheckBench bench = new CheckBench().Tell();
        string own = bench.Machine.CreateLocalDescription().Streams[0].Ufrag;

        Reading answer = bench.Check("10.0.2.7", username: username.Replace("{own}", own, StringComparison.Ordinal), password: password, priority: priority, attribute: attribute)!;

        answer.ErrorCode.Should().Be(error);
        answer.HasIntegrity.Should().Be(integrity);
        answer.Types.Should().NotContain(StunAttributeType.AlternateServer).And.NotContain(StunAttributeType.Username);
        bool worked = error == 0 && username == "{own}:peer";
        bench.Machine.GetPairs(0).Should().HaveCount(worked ? 1 : 0, "what was refused, or meant for another session, is learnt from in no way");
        if (error == 420)
        {
            answer.Types.Should().Contain(StunAttributeType.UnknownAttributes);
        }
    }

    [Fact]
    [Rfc("ICE-8445-7.3-g")]
    public void A_request_in_the_form_of_RFC_3489_is_not_answered()
    {
        using CheckBench bench = new CheckBench().Tell(Candidate("10.0.2.7"));
        bench.Sent.Clear();
        byte[] old = new byte[20];
        old[1] = 1;

        bench.Deliver(old, Address("10.0.2.7")).Kind.Should().Be(VerdictKind.Dropped);

        bench.Sent.Should().BeEmpty();
    }

    [Fact]
    [Rfc("ICE-8445-7.3-d")] // T4
    [Rfc("ICE-8445-7.3-e")]
    public void Early_checks_are_answered_at_once_and_worked_in_in_order_one_for_each_source()
    {
        using var bench = new CheckBench(Controlled);
        bench.Check("10.0.2.7", useCandidate: true)!.IsSuccess.Should().BeTrue();
        bench.Check("10.0.2.8")!.IsSuccess.Should().BeTrue();
        bench.Check("10.0.2.7")!.IsSuccess.Should().BeTrue();
        bench.Machine.GetPairs(0).Should().BeEmpty();
        bench.Sent.Clear();

        bench.Tell().Run(60);

        bench.Checks.Select(c => c.To).Should().Equal(Address("10.0.2.7"), Address("10.0.2.8"));
        bench.Answer(bench.Checks[0]);
        bench.Machine.GetPairs(0).Should().ContainSingle(p => p.IsNominated, "the nomination was remembered");
    }

    [Fact]
    public void Early_checks_are_kept_within_bounds_that_are_counted()
    {
        using var bench = new CheckBench(Controlled);
        for (int port = 1; port <= 100; port++)
        {
            bench.Check("10.0.2.7", port)!.IsSuccess.Should().BeTrue();
        }

        bench.Tell();

        bench.Machine.GetPairs(0).Should().HaveCount(32);
        bench.Machine.GetLimitCount(IceAgentLimit.EarlyChecks).Should().Be(68);
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.3-a")] // T32, T33
    [Rfc("ICE-8445-7.3.1.3-b")]
    [Rfc("ICE-8445-7.3.1.4-a")]
    public void An_unknown_source_is_learnt_with_the_component_of_the_socket_and_paired_with_that_base_only()
    {
        using CheckBench bench = new CheckBench(addresses: ["10.0.1.5", "10.0.1.6"], components: 2).Tell();

        bench.Check("10.0.2.9", priority: 1234, at: 3);

        IceCandidatePairInfo pair = bench.Pair;
        (pair.Remote.Type, pair.Remote.Address, pair.Remote.Priority, pair.Remote.Component).Should().Be((IceCandidateType.PeerReflexive, Address("10.0.2.9"), 1234u, 2));
        pair.Local.Address.Should().Be(bench.LocalAddresses[3]);
        pair.Local.Type.Should().Be(IceCandidateType.Host);
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.3-c")] // T28
    public void A_learnt_candidate_that_is_signalled_later_takes_the_signalled_words_and_stays_one()
    {
        using CheckBench bench = new CheckBench().Tell();
        bench.Check("10.0.2.9", priority: 1862270975);
        bench.Pair.Remote.Foundation.Should().NotBe("f9");

        bench.Machine.AddRemoteCandidate(bench.Now, 0, Candidate("10.0.2.9", foundation: "f9"));

        bench.Machine.GetRefusedCandidateCount(RemoteCandidateRefusal.AfterEnd).Should().Be(1, "the end was said; a description may still name it");
        bench.Tell(Candidate("10.0.2.9", foundation: "f9"));
        (bench.Pair.Remote.Foundation, bench.Pair.Remote.Type).Should().Be(("f9", IceCandidateType.Host));
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.4-b")]
    public void A_check_on_a_succeeded_pair_queues_nothing()
    {
        using CheckBench bench = new CheckBench(Controlled).Tell(Candidate("10.0.2.7"));
        bench.Answer(bench.Checks[0]);

        bench.Check("10.0.2.7");

        bench.Run(2000).Checks.Should().HaveCount(1);
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.4-c")] // T12, T13
    public void A_check_on_a_pair_in_progress_ends_its_copies_queues_a_new_one_and_still_takes_the_late_answer()
    {
        using CheckBench bench = new CheckBench(Controlled).Tell(Candidate("10.0.2.7"));
        SentDatagram first = bench.Checks[0];
        bench.Run(10);

        bench.Check("10.0.2.7");
        bench.Pair.State.Should().Be(Waiting);
        bench.Run(2000);
        bench.Checks.Count(c => c.Message.Id == first.Message.Id).Should().Be(1, "no copies of the old one");
        bench.Checks.Select(c => c.Message.Id).Distinct().Should().HaveCount(2);
        bench.Pair.State.Should().Be(InProgress);

        bench.Answer(first);
        bench.Pair.State.Should().Be(Succeeded);
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.4-c")] // T13
    public void A_cancelled_check_that_stays_silent_is_no_failure()
    {
        using CheckBench bench = new CheckBench(Controlled).Tell(Candidate("10.0.2.7"));
        bench.Run(30_000);
        bench.Check("10.0.2.7");

        bench.Run(9_600);

        bench.Pair.State.Should().Be(InProgress, "only the second check can fail it");
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.4-d")] // T24
    [Rfc("ICE-8445-6.1.2.6-a")]
    public void A_check_revives_a_failed_pair_and_with_it_a_failed_checklist()
    {
        using CheckBench bench = new CheckBench(Controlled).Tell(Candidate("10.0.2.7"));
        bench.Run(40_000);
        bench.Machine.State.Should().Be(IceConnectionState.Failed);

        bench.Check("10.0.2.7");
        bench.Check("10.0.2.7");
        bench.Machine.State.Should().Be(IceConnectionState.Checking);
        bench.Run(0).Answer(bench.Checks[^1]);

        bench.Machine.State.Should().Be(IceConnectionState.Connected);
        bench.Checks.Where(c => c.Milliseconds >= 40_000).Should().HaveCount(1, "it is in the queue once");
        foreach (PairStateChanged move in bench.Events.OfType<PairStateChanged>())
        {
            PairMoves.IsLegal(move.Previous, move.Pair.State).Should().BeTrue();
        }
    }

    [Fact]
    [Rfc("ICE-8445-6.1.4.2-d")] // T11
    [Rfc("ICE-8445-6.1.4.2-c")]
    [Rfc("ICE-8445-6.1.4.1-a")]
    [Rfc("ICE-webrtc-timing-a")]
    public void Ten_checks_at_once_bring_ten_triggered_ones_in_their_order_one_each_Ta_before_ordinary_ones()
    {
        using CheckBench bench = new CheckBench(Controlled).Tell([.. Enumerable.Range(1, 5).Select(i => Candidate($"10.0.2.{i}"))]);
        bench.Run(10);
        for (int i = 1; i <= 10; i++)
        {
            bench.Check("10.0.3.3", port: i);
        }

        bench.Run(700);

        SentDatagram[] firsts = [.. bench.Checks.DistinctBy(c => c.Message.Id)];
        firsts.Select(c => c.Milliseconds).Should().Equal(Enumerable.Range(0, 15).Select(i => 50.0 * i));
        firsts.Skip(1).Take(10).Select(c => c.To).Should().Equal(Enumerable.Range(1, 10).Select(i => Address("10.0.3.3", i)));
        firsts.Skip(11).Should().OnlyContain(c => c.To.Port == 4000);
    }

    [Theory]
    [Rfc("ICE-8445-7.3.1.4-h")]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void After_a_nomination_checks_on_other_paths_are_answered_and_only_a_peer_of_RFC_5245_gets_one_back(bool isIce2, int expected)
    {
        using var bench = new CheckBench(Controlled);
        bench.Tell(bench.Description([Candidate("10.0.2.7"), Candidate("10.0.2.8")], options: isIce2 ? ["ice2"] : []));
        bench.Answer(bench.Checks[0]);
        bench.Check("10.0.2.7", useCandidate: true);
        bench.Machine.State.Should().Be(IceConnectionState.Completed);
        bench.Run(100);
        bench.Sent.Clear();

        bench.Check("10.0.2.8")!.IsSuccess.Should().BeTrue();

        bench.Run(400).Checks.Where(c => c.To == Address("10.0.2.8")).Should().HaveCount(expected);
    }

    [Theory]
    [Rfc("ICE-8445-7.3.1.5-a")]
    [Rfc("ICE-8445-7.3.1.5-b")]
    [Rfc("ICE-8445-7.3.1.5-e")] // T34
    [Rfc("ICE-8445-7.2.5.3.4-c")]
    [InlineData("succeeded")]
    [InlineData("in progress")]
    [InlineData("waiting")]
    [InlineData("frozen")]
    [InlineData("unknown")]
    [InlineData("late answer")]
    public void USE_CANDIDATE_counts_in_whatever_state_it_finds_the_pair(string state)
    {
        using var bench = new CheckBench(Controlled);
        IceCandidate told = Candidate("10.0.2.7", foundation: "f"), other = Candidate("10.0.2.6", preference: 65535, foundation: state == "frozen" ? "f" : "g");
        bench.Tell(state switch { "unknown" => [], "waiting" or "frozen" => [other, told with { Priority = told.Priority - 256 }], _ => [told] });
        SentDatagram? before = bench.Checks.FirstOrDefault(c => c.To == told.Address);
        if (state == "succeeded")
        {
            bench.Answer(before!);
        }

        bench.Machine.GetPairs(0).FirstOrDefault(p => p.Remote.Address == told.Address)?.State.Should().Be(
            state switch { "succeeded" => Succeeded, "waiting" => Waiting, "frozen" => Frozen, _ => InProgress });
        bench.Check("10.0.2.7", useCandidate: true);
        bench.Events.OfType<PairNominated>().Any().Should().Be(state == "succeeded");
        if (state == "late answer")
        {
            bench.Answer(before!);
        }
        else if (state != "succeeded")
        {
            bench.Run(60).Answer(bench.Checks.Last(c => c.To == told.Address));
        }

        bench.Events.OfType<PairNominated>().Should().ContainSingle().Which.Pair.Remote.Address.Should().Be(told.Address);
        bench.Machine.State.Should().Be(IceConnectionState.Completed);
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.5-c")]
    public void A_policy_may_refuse_a_nomination_which_is_answered_400_and_changes_nothing()
    {
        using CheckBench bench = new CheckBench(new IceAgentMachineOptions { Role = IceRole.Controlled, Nomination = new NoToPort4000() }).Tell(Candidate("10.0.2.7"));
        bench.Answer(bench.Checks[0]);

        Reading answer = bench.Check("10.0.2.7", useCandidate: true)!;
        answer.ErrorCode.Should().Be(400);
        answer.HasIntegrity.Should().BeTrue();
        bench.Machine.State.Should().Be(IceConnectionState.Connected);

        bench.Check("10.0.2.7", 4001, useCandidate: true)!.IsSuccess.Should().BeTrue();
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.5-d")]
    public void USE_CANDIDATE_has_no_effect_on_a_controlling_agent()
    {
        using CheckBench bench = new CheckBench(NeverNominating).Tell(Candidate("10.0.2.7"));
        bench.Answer(bench.Checks[0]);

        bench.Check("10.0.2.7", useCandidate: true)!.IsSuccess.Should().BeTrue();

        bench.Pair.IsNominated.Should().BeFalse();
    }

    [Fact]
    [Rfc("ICE-8445-7.2.5.3.4-d")]
    public void A_nominated_pair_whose_triggered_check_fails_is_valid_no_more()
    {
        using CheckBench bench = new CheckBench(Controlled).Tell(Candidate("10.0.2.7"));
        bench.Check("10.0.2.7", useCandidate: true);
        bench.Run(50);

        bench.Answer(bench.Checks[^1], error: 400);

        bench.Pair.State.Should().Be(Failed);
        bench.Pair.IsValid.Should().BeFalse();
        bench.Events.OfType<PairNominated>().Should().BeEmpty();
        bench.Run(39_500).Machine.State.Should().Be(IceConnectionState.Failed);
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.4-f")]
    public void A_triggered_check_has_the_fragment_of_the_check_and_the_password_that_was_told_with_it()
    {
        // Two answers to one offer: each fork has an agent of its own here, that knows one of them.
        using CheckBench bench = new CheckBench(Controlled).Tell();
        string own = bench.Machine.CreateLocalDescription().Streams[0].Ufrag;

        bench.Check("10.0.2.8", username: $"{own}:fork")!.IsSuccess.Should().BeTrue("the credential is ours");
        bench.Run(100).Checks.Should().BeEmpty("the password of that fork was not told to this agent");

        bench.Check("10.0.2.7", username: $"{own}:peer");
        SentDatagram triggered = bench.Run(100).Checks.Should().ContainSingle().Subject;
        (triggered.To, triggered.Message.Username).Should().Be((Address("10.0.2.7"), $"peer:{own}"));
        triggered.Message.IsKeyedWith(PeerPassword).Should().BeTrue();

        IceDescription again = bench.Description([]);
        bench.Tell(again with { Streams = [again.Streams[0] with { Ufrag = "newPeer", Password = "anotherPasswordOfThePeer+1" }] });
        bench.Check("10.0.2.9", username: $"{bench.Machine.CreateLocalDescription().Streams[0].Ufrag}:newPeer");
        triggered = bench.Run(100).Checks.Last(c => c.To == Address("10.0.2.9"));
        triggered.Message.Username.Should().StartWith("newPeer:");
        triggered.Message.IsKeyedWith("anotherPasswordOfThePeer+1").Should().BeTrue();
    }

    private sealed class NoToPort4000 : IceNominationPolicy
    {
        public override MonotonicTime NominateAt(NominationEvidence evidence) => evidence.CompleteAt;

        public override bool Accepts(IceCandidate local, TransportAddress remote) => remote.Port != 4000;
    }
}
