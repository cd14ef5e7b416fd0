using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using static IceSharp.IceCandidatePairState;
using static IceSharp.Protocol.Tests.Agent.CheckBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Concluding: what is nominated, by whom, how often, and what follows (RFC 8445 §8.1; renomination; RFC 5245 peers).</summary>
public class NominationTests
{
    private static readonly IceCandidate Best = Candidate("10.0.2.7", foundation: "a"), Second = Candidate("10.0.2.8", preference: 60_000, foundation: "b"), Third = Candidate("10.0.2.9", preference: 50_000, foundation: "c");

    // The peer of these tests answers no consent requests.
    private static readonly IceAgentMachineOptions Patient = new() { Role = IceRole.Controlling, ConsentFreshness = false };

    [Fact]
    [Rfc("ICE-8445-7.1.2-a")]
    [Rfc("ICE-8445-8.1.1-a")]
    [Rfc("ICE-8445-10-a")]
    [Rfc("ICE-8445-7.2.5.3.4-a")]
    [Rfc("ICE-5245-8.1.1-a")]
    public void Nomination_repeats_the_check_of_the_valid_pair_and_is_never_in_the_first_one()
    {
        foreach (string[] options in new string[][] { ["ice2"], [] })
        {
            using var bench = new CheckBench();
            bench.Tell(bench.Description([Best], options));
            bench.Machine.CreateLocalDescription().Options.Should().Contain("ice2");
            bench.Checks[0].Message.Nominates.Should().BeFalse();
            bench.Answer(bench.Checks[0], mapped: Address("192.0.2.1", 77));
            bench.Run(60);

            SentDatagram nominating = bench.Checks[1];
            (nominating.Message.Nominates, nominating.From, nominating.To).Should().Be((true, bench.Checks[0].From, bench.Checks[0].To));
            bench.Machine.State.Should().Be(IceConnectionState.Connected);
            bench.Answer(nominating, mapped: Address("192.0.2.1", 77));
            bench.Events.OfType<PairNominated>().Should().ContainSingle().Which.Pair.Local.Address.Should().Be(Address("192.0.2.1", 77));
            bench.Machine.State.Should().Be(IceConnectionState.Completed);
        }
    }

    [Fact]
    [Rfc("ICE-8445-7.1.2-b")]
    public void A_controlled_agent_never_nominates()
    {
        using CheckBench bench = new CheckBench(new IceAgentMachineOptions { Role = IceRole.Controlled }).Tell(Best, Second);
        bench.Run(100).AnswerAll();

        bench.Run(20_000);

        bench.Checks.Should().NotContain(c => c.Message.Nominates);
        bench.Machine.State.Should().Be(IceConnectionState.Connected);
    }

    [Fact]
    [Rfc("ICE-8445-8.1.1-b")]
    [Rfc("ICE-8445-8.1.1-c")]
    [Rfc("ICE-draft-renom-d")]
    [Rfc("ICE-8839-4.3.4-c")]
    public void One_pair_is_nominated_and_no_other_though_a_better_one_proves_itself_later()
    {
        using CheckBench bench = new CheckBench(new IceAgentMachineOptions { Nomination = new FirstValidNomination(), Role = IceRole.Controlling, Renomination = true }).Tell(Best, Second);
        bench.Run(60);
        bench.Answer(bench.Checks.First(c => c.To == Second.Address));
        bench.Run(60).Answer(bench.Checks.First(c => c.Message.Nominates));
        bench.Answer(bench.Checks.First(c => c.To == Best.Address));

        bench.Run(10_000);

        bench.Checks.Where(c => c.Message.Nominates).Select(c => c.To).Distinct().Should().Equal(Second.Address);
        bench.Checks.Where(c => c.Message.Nominates).Should().OnlyContain(c => c.Message.Nomination == null, "the peer does not announce renomination");
        bench.Machine.GetRoute(0, 1)!.Peer.Should().Be(Second.Address);
    }

    [Fact]
    [Rfc("ICE-8445-8.1.2-a")]
    [Rfc("ICE-8445-8.1.2-b")]
    [Rfc("ICE-8445-8.1.2-c")]
    [Rfc("ICE-8445-8.1.2-d")]
    public void When_a_component_is_nominated_its_other_pairs_leave_and_are_still_answered()
    {
        using CheckBench bench = new CheckBench().Tell(Best, Second, Third);
        bench.Run(60);
        SentDatagram other = bench.Checks.First(c => c.To == Second.Address);
        bench.Answer(bench.Checks[0]);
        bench.Run(60).Answer(bench.Checks.First(c => c.Message.Nominates));
        bench.Machine.State.Should().Be(IceConnectionState.Completed);
        bench.Sent.Clear();

        bench.Run(3000);
        bench.Checks.Should().BeEmpty("no copies and no further pairs");
        bench.Machine.GetPairs(0).Should().ContainSingle().Which.IsNominated.Should().BeTrue();
        bench.Answer(other).Kind.Should().Be(VerdictKind.Consumed, "a late answer is tolerated");
        bench.Machine.GetRoute(0, 1)!.Peer.Should().Be(Best.Address);
        bench.Check("10.0.2.8")!.IsSuccess.Should().BeTrue();
        bench.Check("10.0.2.7")!.IsSuccess.Should().BeTrue();
    }

    [Fact]
    [Rfc("ICE-8445-8.1.2-g")]
    [Rfc("ICE-8445-7.2.5.4-b")] // T21
    [Rfc("ICE-8445-6.1.2.1-a")]
    public void A_list_runs_until_each_component_has_a_nominated_pair()
    {
        using CheckBench bench = new CheckBench(components: 2).Tell(Best, Candidate("10.0.2.7", component: 2, foundation: "a2"));
        bench.Answer(bench.Checks[0]);
        bench.Run(60).Answer(bench.Checks.First(c => c.Message.Nominates));
        bench.Machine.State.Should().Be(IceConnectionState.Checking, "component 2 has no valid pair");
        bench.Run(60).AnswerAll(c => !c.Message.Nominates);
        bench.Machine.State.Should().Be(IceConnectionState.Connected, "valid pairs alone complete nothing");

        bench.Run(60).AnswerAll();

        bench.Machine.State.Should().Be(IceConnectionState.Completed);
    }

    [Theory]
    [Rfc("ICE-8445-7.2.5.3.4-b")]
    [Rfc("ICE-8445-7.2.5.3.4-e")]
    [InlineData(true)]
    [InlineData(false)]
    public void A_nomination_that_fails_takes_the_pair_away_and_the_next_valid_one_is_nominated(bool hasSecond)
    {
        using CheckBench bench = new CheckBench(Patient).Tell(hasSecond ? [Best, Second] : [Best]);
        bench.Run(60).AnswerAll();
        bench.Run(60).Answer(bench.Checks.Last(c => c.Message.Nominates), error: 400);

        bench.Machine.GetPairs(0).Should().ContainSingle(p => p.Remote.Address == Best.Address).Which.Should().Match<IceCandidatePairInfo>(p => p.State == Failed && !p.IsValid);
        bench.Machine.State.Should().Be(hasSecond ? IceConnectionState.Connected : IceConnectionState.Checking, "the PAC timer runs");
        bench.Run(60).AnswerAll(c => c.Message.Nominates && c.To == Second.Address);
        bench.Machine.State.Should().Be(hasSecond ? IceConnectionState.Completed : IceConnectionState.Checking);
        bench.Run(39_500).Machine.State.Should().Be(hasSecond ? IceConnectionState.Completed : IceConnectionState.Failed);
    }

    [Fact]
    [Rfc("ICE-8445-8.1.1-f")] // T35
    [Rfc("ICE-5245-8.1.2-a")]
    public void Of_several_nominations_of_a_peer_of_RFC_5245_the_highest_priority_counts()
    {
        using CheckBench bench = Aggressive(new IceAgentMachineOptions { Role = IceRole.Controlled });
        List<TransportAddress> selected = [];
        foreach (int last in new[] { 8, 9, 7, 9, 8 })
        {
            bench.Check($"10.0.2.{last}", useCandidate: true);
            bench.Run(60).AnswerAll();
            selected.Add(bench.Machine.GetRoute(0, 1)!.Peer);
        }

        selected.Should().Equal(Second.Address, Second.Address, Best.Address, Best.Address, Best.Address);
        bench.Machine.State.Should().Be(IceConnectionState.Completed);
    }

    [Fact]
    [Rfc("ICE-webrtc-nom-a")]
    public void An_agent_that_follows_its_peer_uses_the_latest_nominated_pair()
    {
        using CheckBench bench = Aggressive(new IceAgentMachineOptions { Role = IceRole.Controlled, Nomination = new EvidenceNomination { FollowsPeer = true } });
        List<TransportAddress> selected = [];
        foreach (int last in new[] { 8, 9, 7, 7, 9 })
        {
            bench.Check($"10.0.2.{last}", useCandidate: true);
            bench.Run(60).AnswerAll();
            selected.Add(bench.Machine.GetRoute(0, 1)!.Peer);
        }

        selected.Should().Equal(Second.Address, Third.Address, Best.Address, Best.Address, Third.Address);
    }

    [Fact]
    public void A_peer_that_nominates_every_pair_for_ever_moves_the_route_and_makes_nothing_grow()
    {
        using CheckBench bench = Aggressive(new IceAgentMachineOptions { Role = IceRole.Controlled, Nomination = new EvidenceNomination { FollowsPeer = true } });
        for (int i = 0; i < 3000; i++)
        {
            bench.Check($"10.0.2.{7 + (i % 3)}", useCandidate: true)!.IsSuccess.Should().BeTrue();
            bench.Run(1);
            bench.AnswerAll();
            bench.Sent.Clear();
        }

        bench.Machine.GetPairs(0).Should().HaveCountLessThanOrEqualTo(3);
        bench.Machine.State.Should().Be(IceConnectionState.Completed);
    }

    [Fact]
    [Rfc("ICE-draft-renom-a")]
    [Rfc("ICE-draft-renom-b")]
    public void Where_both_renominate_the_first_valid_pair_is_nominated_at_once_and_a_better_one_later_with_a_higher_value()
    {
        using var bench = new CheckBench(new IceAgentMachineOptions { Role = IceRole.Controlling, Renomination = true });
        bench.Machine.CreateLocalDescription().Options.Should().Contain("renomination");
        bench.Tell(bench.Description([Best, Second], options: ["ice2", "renomination"])).Run(60);
        bench.Answer(bench.Checks.First(c => c.To == Second.Address));
        bench.Run(50);
        SentDatagram first = bench.Checks.First(c => c.Message.Nominates);
        bench.Run(600);
        bench.Checks.Count(c => c.Message.Id == first.Message.Id).Should().Be(2, "it is repeated until it is answered");
        bench.Answer(first);
        bench.Machine.State.Should().Be(IceConnectionState.Completed);

        bench.Answer(bench.Checks.Last(c => c.To == Best.Address));
        bench.Run(50);
        SentDatagram second = bench.Checks.Last(c => c.Message.Nominates);
        bench.Answer(second);

        (first.To, second.To).Should().Be((Second.Address, Best.Address));
        (first.Message.Nomination, second.Message.Nomination).Should().Be((1u, 2u));
        bench.Machine.GetRoute(0, 1)!.Peer.Should().Be(Best.Address);
        bench.Machine.GetPairs(0).Should().ContainSingle(p => p.IsNominated);
    }

    [Fact]
    [Rfc("ICE-draft-renom-c")]
    public void The_nomination_of_the_highest_value_counts_whatever_the_priority_and_the_order()
    {
        using var bench = new CheckBench(new IceAgentMachineOptions { Role = IceRole.Controlled, Renomination = true });
        bench.Tell(bench.Description([Best, Second, Third], options: ["ice2", "renomination"])).Run(160).AnswerAll();
        List<TransportAddress> selected = [];
        foreach ((int last, uint value) in new[] { (7, 5u), (8, 9u), (9, 7u), (7, 9u), (9, 10u) })
        {
            bench.Check($"10.0.2.{last}", useCandidate: true, nomination: value);
            selected.Add(bench.Machine.GetRoute(0, 1)!.Peer);
        }

        selected.Should().Equal(Best.Address, Second.Address, Second.Address, Second.Address, Third.Address);
    }

    [Fact]
    [Rfc("ICE-8863-4-e")]
    [Rfc("ICE-8445-6.1.4.2-i")]
    public void A_policy_says_how_long_better_pairs_have()
    {
        using CheckBench bench = new CheckBench(new IceAgentMachineOptions
        {
            Role = IceRole.Controlling,
            Nomination = new FirstValidNomination { Wait = TimeSpan.FromSeconds(1) },
        }).Tell(Best, Second);
        bench.Run(60);
        bench.Answer(bench.Checks[1]);

        bench.Run(2000);

        SentDatagram nominating = bench.Checks.First(c => c.Message.Nominates);
        (nominating.To, nominating.Milliseconds).Should().Be((Second.Address, 1060));
    }

    [Fact]
    [Rfc("ICE-8445-8.1.1-e")]
    [Rfc("ICE-8445-8.1.2-e")]
    [Rfc("ICE-8445-8.1.2-f")]
    [Rfc("ICE-8445-6.1.3-a")]
    [Rfc("ICE-8445-7.2.5.4-a")]
    public void A_stream_that_fails_is_told_and_the_agent_fails_only_with_the_last_one()
    {
        using var bench = new CheckBench(Patient, streams: 2);
        IceDescription told = bench.Description([Best], streams: 2);
        bench.Tell(told with { Streams = [told.Streams[0], told.Streams[1] with { Candidates = [Second] }] });
        bench.Run(60);
        bench.Answer(bench.Checks.First(c => c.To == Second.Address));
        bench.Run(60).AnswerAll(c => c.To == Second.Address);

        bench.Run(45_000);

        bench.Events.OfType<StreamFailed>().Should().ContainSingle().Which.Stream.Should().Be(0);
        bench.Machine.State.Should().NotBe(IceConnectionState.Failed).And.NotBe(IceConnectionState.Completed);
        bench.Machine.GetRoute(1, 1)!.Pair.IsNominated.Should().BeTrue();
        bench.Machine.GetRoute(0, 1).Should().BeNull();
    }

    private static CheckBench Aggressive(IceAgentMachineOptions options)
    {
        var bench = new CheckBench(options);
        bench.Tell(bench.Description([Best, Second, Third], options: []));
        bench.Run(160).AnswerAll();
        return bench;
    }
}
