using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using static IceSharp.IceCandidatePairState;
using static IceSharp.Protocol.Tests.Agent.CheckBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Checks as STUN client: what they carry, and what each answer means (RFC 8445 §7.2).</summary>
public class CheckRequestTests
{
    [Fact]
    [Rfc("ICE-8445-7.1.1-a")] // T1
    [Rfc("ICE-8445-7.2.2-a")]
    [Rfc("ICE-8445-7.2.2-b")] // T2
    [Rfc("ICE-8445-7.2.2-d")] // T54
    [Rfc("ICE-8445-7.2.4-a")]
    [Rfc("ICE-8445-6.1.4.2-h")]
    [Rfc("ICE-webrtc-stun-c")]
    public void A_check_carries_what_the_peer_needs_and_leaves_the_base()
    {
        using CheckBench bench = new CheckBench().Tell(Candidate("10.0.2.7"));
        SentDatagram check = bench.Checks[0];
        IceStreamDescription own = bench.Machine.CreateLocalDescription().Streams[0];

        check.From.Should().Be(own.Candidates[0].Address);
        check.To.Should().Be(Address("10.0.2.7"));
        check.Message.Priority.Should().Be(1862270975, "the type preference of peer-reflexive stands in for host");
        check.Message.Username.Should().Be($"peer:{own.Ufrag}");
        check.Message.IsKeyedWith(PeerPassword).Should().BeTrue();
        check.Message.HasFingerprint.Should().BeTrue();
        check.Message.Types.Where(t => t is not (StunAttributeType.MessageIntegrity or StunAttributeType.Fingerprint))
            .Should().Equal(StunAttributeType.Username, StunAttributeType.Priority, StunAttributeType.IceControlling);
        check.Message.HasIntegritySha256.Should().BeFalse();
        check.Bytes.AsSpan(check.Bytes.Length - 8, 2).ToArray().Should().Equal(0x80, 0x28);
    }

    [Fact]
    [Rfc("ICE-8445-7.2.4-c")]
    [Rfc("ICE-8489-6.2.1-a")]
    [Rfc("ICE-8445-14.3-c")]
    [Rfc("ICE-8445-7.2.5.2.3-a")]
    public void Copies_repeat_the_bytes_at_doubling_gaps_until_the_pair_fails()
    {
        using CheckBench bench = new CheckBench().Tell(Candidate("10.0.2.7"));

        bench.Run(39_499);
        bench.Checks.Select(c => c.Milliseconds).Should().Equal(0, 500, 1500, 3500, 7500, 15_500, 31_500);
        bench.Checks.Should().OnlyContain(c => c.Bytes.SequenceEqual(bench.Checks[0].Bytes));
        bench.Pair.State.Should().Be(InProgress);

        bench.Run(1);
        bench.Pair.State.Should().Be(Failed);
    }

    [Theory]
    [Rfc("ICE-8445-14.3-b")]
    [Rfc("ICE-8445-14.3-d")] // T19
    [Rfc("ICE-8445-14.3-e")]
    [InlineData(CheckRtoRule.Literal, 6, 50, 500, 1800)]
    [InlineData(CheckRtoRule.Linear, 6, 50, 500, 500)]
    [InlineData(CheckRtoRule.Linear, 24, 50, 500, 1200)]
    [InlineData(CheckRtoRule.Fixed, 24, 50, 700, 700)]
    [InlineData(CheckRtoRule.Fixed, 1, 50, 50, 500)]
    [InlineData(CheckRtoRule.Linear, 1, 5, 50, 500)]
    public void The_first_repeat_follows_the_rule_and_never_comes_before_500_ms(CheckRtoRule rule, int pairs, int ta, int configured, int expected)
    {
        using var bench = new CheckBench(new IceAgentMachineOptions
        {
            Role = IceRole.Controlling,
            CheckRto = rule,
            Pacing = TimeSpan.FromMilliseconds(ta),
            Retransmission = new() { InitialRto = TimeSpan.FromMilliseconds(configured) },
        });
        bench.Tell([.. Enumerable.Range(1, pairs).Select(i => Candidate($"10.0.2.{i}", foundation: $"f{i}"))]).Run(6000);

        SentDatagram[] first = [.. bench.Checks.Where(c => c.Message.Id == bench.Checks[0].Message.Id)];
        (first[1].Milliseconds - first[0].Milliseconds).Should().Be(expected);
    }

    [Theory]
    [Rfc("ICE-8445-7.2.5.2.4-a")]
    [Rfc("ICE-8489-6.3.3-a")]
    [Rfc("ICE-8445-7.2.4-b")]
    [InlineData(400, null, true)]
    [InlineData(420, null, true)]
    [InlineData(403, null, true)]
    [InlineData(0, (StunAttributeType)0x7F00, true)]
    [InlineData(0, null, false)]
    public void An_answer_that_helps_nobody_fails_the_pair(int error, StunAttributeType? unknown, bool withMapped)
    {
        using CheckBench bench = new CheckBench().Tell(Candidate("10.0.2.7"));

        bench.Answer(bench.Checks[0], error, attribute: unknown, withMapped: withMapped);

        bench.Pair.State.Should().Be(Failed);
        bench.Run(5000).Checks.Should().HaveCount(1, "the transaction is over");
    }

    [Fact]
    [Rfc("ICE-8445-7.2.5.2.4-a")]
    public void An_error_of_the_500_class_is_tried_again_four_times()
    {
        using CheckBench bench = new CheckBench().Tell(Candidate("10.0.2.7"));
        for (int i = 0; i < 4; i++)
        {
            bench.Answer(bench.Checks[^1], error: 500);
            bench.Pair.State.Should().Be(Waiting);
            bench.Run(50);
            bench.Checks.Should().HaveCount(i + 2);
        }

        bench.Answer(bench.Checks[^1], error: 500);
        bench.Pair.State.Should().Be(Failed);
    }

    [Theory]
    [Rfc("ICE-8489-9.1.4-a")] // T62
    [Rfc("ICE-8489-6.3-a")]
    [Rfc("ICE-8445-7.2.5.2.1-b")]
    [Rfc("ICE-8445-19.2-a")]
    [Rfc("ICE-8445-7.2.2-c")] // T3
    [InlineData(401, null, true, "10.0.2.7", DropReason.Unauthenticated)]
    [InlineData(400, null, true, "10.0.2.7", DropReason.Unauthenticated)]
    [InlineData(0, null, true, "10.0.2.7", DropReason.Unauthenticated)]
    [InlineData(0, "someOtherPasswordOfNoUse", true, "10.0.2.7", DropReason.Unauthenticated)]
    [InlineData(0, null, true, "10.0.9.9", DropReason.Unauthenticated)]
    [InlineData(0, PeerPassword, false, "10.0.2.7", DropReason.Fingerprint)]
    public void An_answer_that_proves_nothing_is_as_if_it_had_not_come(int error, string? password, bool fingerprint, string source, DropReason reason)
    {
        using CheckBench bench = new CheckBench(NeverNominating).Tell(Candidate("10.0.2.7"));

        bench.Answer(bench.Checks[0], error, password: password, fingerprint: fingerprint, source: Address(source)).Reason.Should().Be(reason);

        bench.Pair.State.Should().Be(InProgress);
        bench.Run(1600).Checks.Should().HaveCount(3, "copies go on");
        bench.Answer(bench.Checks[0]);
        bench.Pair.State.Should().Be(Succeeded);
    }

    [Fact]
    [Rfc("ICE-8489-9.1.4-a")]
    public void A_pair_whose_answers_were_all_wrongly_keyed_says_so_when_it_fails()
    {
        using CheckBench bench = new CheckBench().Tell(Candidate("10.0.2.7"));
        bench.Answer(bench.Checks[0], 401, password: null);

        bench.Run(39_500);

        bench.Events.OfType<PairStateChanged>().Last().Reason.Should().Contain("authentication");
    }

    [Theory]
    [Rfc("ICE-8445-7.2.5.2.1-a")] // T25
    [InlineData("10.0.2.7", 4001, 0)]
    [InlineData("10.0.2.8", 4000, 0)]
    [InlineData("10.0.2.7", 4000, 1)]
    public void An_authenticated_answer_that_is_not_symmetric_fails_the_pair_at_once(string source, int port, int socket)
    {
        using CheckBench bench = new CheckBench(addresses: ["10.0.1.5", "10.0.1.6"]).Tell(Candidate("10.0.2.7"));

        bench.Answer(bench.Checks[0], source: Address(source, port), socket: bench.Socket(socket));

        bench.Machine.GetPairs(0)[0].State.Should().Be(Failed);
    }

    [Fact]
    [Rfc("ICE-8445-7.2.5-a")]
    public void An_answer_without_a_transaction_and_a_second_answer_do_nothing()
    {
        using CheckBench bench = new CheckBench(NeverNominating).Tell(Candidate("10.0.2.7"));
        SentDatagram check = bench.Checks[0];
        byte[] strange = [.. check.Bytes];
        strange[10] ^= 1;
        bench.Answer(new SentDatagram(check.At, check.Socket, check.From, check.To, strange)).Reason.Should().Be(DropReason.UnmatchedResponse);
        bench.Pair.State.Should().Be(InProgress);

        bench.Answer(check);
        int events = bench.Events.Count;
        bench.Answer(check).Reason.Should().Be(DropReason.UnmatchedResponse);
        bench.Events.Should().HaveCount(events);
    }

    [Theory]
    [Rfc("ICE-8445-7.2.5.2.2-a")]
    [Rfc("ICE-8445-19.2-b")]
    [InlineData(true, "10.0.2.7", 4000, true, Failed)]
    [InlineData(false, "10.0.2.7", 4000, true, InProgress)]
    [InlineData(true, "10.0.2.7", 4001, true, InProgress)]
    [InlineData(true, "10.0.2.8", 4000, true, InProgress)]
    [InlineData(true, "10.0.2.7", 4000, false, InProgress)]
    public void A_hard_ICMP_error_that_quotes_a_check_fails_its_pair_and_no_other_does(bool isHard, string ip, int port, bool isUsed, IceCandidatePairState expected)
    {
        using CheckBench bench = new CheckBench(new IceAgentMachineOptions { UseIcmpErrors = isUsed }).Tell(Candidate("10.0.2.7"));

        bench.Machine.HandleIcmpError(bench.Now, new TransportPath(bench.Socket(0), Address(ip, port)), isHard);

        bench.Pair.State.Should().Be(expected);
        bench.Run(600).Checks.Should().HaveCount(expected == Failed ? 1 : 2);
    }

    [Fact]
    [Rfc("ICE-8445-7.2.5.3-a")]
    [Rfc("ICE-8445-7.2.5.3.1-a")] // T5, T6
    [Rfc("ICE-8445-7.2.5.3.1-b")]
    [Rfc("ICE-8445-7.2.5.3.2-a")]
    [Rfc("ICE-8445-7.2.5.3.2-b")]
    [Rfc("ICE-8445-7.2.5.3.2-c")]
    [Rfc("ICE-8445-7.2.5.3.2-d")]
    [Rfc("ICE-8445-7.2.5.3.3-a")]
    public void A_new_mapped_address_becomes_a_candidate_and_the_valid_pair_is_another_than_the_checked_one()
    {
        // Annex D.4: (Lh, Rs) answered with a new mapped address.
        using CheckBench bench = new CheckBench(NeverNominating).Tell(Candidate("198.51.100.44", type: IceCandidateType.ServerReflexive, port: 62000));
        TransportAddress mapped = Address("192.0.2.33", 61777);

        bench.Answer(bench.Checks[0], mapped: mapped);

        IReadOnlyList<IceCandidatePairInfo> pairs = bench.Machine.GetPairs(0);
        pairs.Should().HaveCount(2).And.OnlyContain(p => p.State == Succeeded);
        IceCandidatePairInfo valid = pairs.Should().ContainSingle(p => p.IsValid).Subject;
        (valid.Local.Type, valid.Local.Address, valid.Local.Priority).Should().Be((IceCandidateType.PeerReflexive, mapped, 1862270975u));
        valid.Local.RelatedAddress.Should().Be(bench.Checks[0].From, "its base is that of the pair checked");
        valid.Remote.Address.Should().Be(Address("198.51.100.44", 62000));
        valid.Priority.Should().Be(7277816997260296191);
        valid.IsNominated.Should().BeFalse();
        bench.Run(1000).Checks.Where(c => !c.Message.Nominates).Select(c => c.Message.Id).Distinct().Should().HaveCount(1, "a learnt local candidate is paired with nothing");
    }

    [Fact]
    [Rfc("ICE-8445-7.2.5.3.2-c")]
    [Rfc("ICE-8445-7.3.1.4-e")]
    public void Both_ends_learnt_gives_the_priority_of_two_peer_reflexive_candidates()
    {
        // Annex D.4, third and fourth row.
        using CheckBench bench = new CheckBench().Tell();
        bench.Check("198.51.100.44", 62999, controlled: 1);
        bench.Pair.Priority.Should().Be(7998392938176446463);
        bench.Pair.State.Should().Be(InProgress, "Waiting in the queue of triggered checks, whose turn was at once");

        bench.Answer(bench.Checks[0], mapped: Address("192.0.2.33", 61778));

        bench.Machine.GetPairs(0).Should().ContainSingle(p => p.IsValid).Which.Priority.Should().Be(7998392937639575550);
    }

    [Fact]
    [Rfc("ICE-8445-7.2.5.3.2-b")]
    public void A_mapped_address_that_is_another_host_candidate_makes_that_ones_pair_valid()
    {
        using CheckBench bench = new CheckBench(NeverNominating, addresses: ["10.0.1.5", "10.0.1.6"]).Tell(Candidate("10.0.2.7"));
        bench.Run(60);
        SentDatagram check = bench.Checks.First(c => c.From.Address == IpAddress.Parse("10.0.1.5"));
        TransportAddress other = bench.LocalAddresses.First(a => a.Address == IpAddress.Parse("10.0.1.6"));

        bench.Answer(check, mapped: other);

        bench.Machine.GetPairs(0).Where(p => p.IsValid).Should().ContainSingle().Which.Local.Address.Should().Be(other);
        bench.Machine.GetPairs(0).Should().HaveCount(2).And.OnlyContain(p => p.State == Succeeded);
    }

    [Fact]
    [Rfc("ICE-8445-7-a")]
    [Rfc("ICE-8445-7.3-a")]
    public void Every_base_is_client_and_server_before_and_after_the_peer_is_known()
    {
        using var bench = new CheckBench(addresses: ["10.0.1.5", "10.0.1.6"], components: 2);
        for (int at = 0; at < 4; at++)
        {
            bench.Check("10.0.2.7", at: at)!.IsSuccess.Should().BeTrue();
        }

        bench.Tell(Candidate("10.0.2.7"), Candidate("10.0.2.7", component: 2)).Run(1000);

        bench.Checks.Select(c => c.From).Distinct().Should().HaveCount(4);
        for (int at = 0; at < 4; at++)
        {
            bench.Check("10.0.2.7", at: at)!.IsSuccess.Should().BeTrue();
        }
    }
}
