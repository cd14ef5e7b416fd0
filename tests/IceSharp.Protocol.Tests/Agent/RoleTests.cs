using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Agent.CheckBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Roles, tie-breakers and their conflicts (RFC 8445 §6.1.1, §7.3.1.1, §7.2.5.1).</summary>
public class RoleTests
{
    [Theory]
    [Rfc("ICE-8445-6.1.1-a")]
    [Rfc("ICE-8445-6.1.1-b")]
    [Rfc("ICE-8445-6.1.1-c")]
    [InlineData(false, false, true, IceRole.Controlling)]
    [InlineData(false, false, false, IceRole.Controlled)]
    [InlineData(false, true, true, IceRole.Controlling)]
    [InlineData(false, true, false, IceRole.Controlling)] // T57: a full agent that answers a lite one controls
    [InlineData(true, false, true, IceRole.Controlled)]
    [InlineData(true, false, false, IceRole.Controlled)]
    [InlineData(true, true, true, IceRole.Controlling)]
    [InlineData(true, true, false, IceRole.Controlled)]
    public void The_role_follows_from_who_offers_and_who_is_lite(bool weAreLite, bool peerIsLite, bool weOffer, IceRole expected)
    {
        using var bench = new CheckBench(new IceAgentMachineOptions { IsLite = weAreLite });
        if (weOffer)
        {
            bench.Machine.CreateLocalDescription();
        }

        bench.Tell(bench.Description([Candidate("10.0.2.7")], isLite: peerIsLite)).Run(100);

        bench.Machine.Role.Should().Be(expected);
        bench.Checks.Any().Should().Be(!weAreLite, "a lite agent sends no checks");
    }

    // Relations of our tie-breaker to the peer's; T16: equal belongs to the agent that is asked.
    [Theory]
    [Rfc("ICE-8445-7.3.1.1-a")]
    [Rfc("ICE-8445-7.3.1.1-b")]
    [Rfc("ICE-8445-7.3.1.1-c")]
    [InlineData(IceRole.Controlling, true, 0, 487, IceRole.Controlling)]
    [InlineData(IceRole.Controlling, true, -1, 487, IceRole.Controlling)]
    [InlineData(IceRole.Controlling, true, 1, 0, IceRole.Controlled)]
    [InlineData(IceRole.Controlled, false, 0, 0, IceRole.Controlling)]
    [InlineData(IceRole.Controlled, false, -1, 0, IceRole.Controlling)]
    [InlineData(IceRole.Controlled, false, 1, 487, IceRole.Controlled)]
    [InlineData(IceRole.Controlling, false, 0, 0, IceRole.Controlling)]
    [InlineData(IceRole.Controlled, true, 0, 0, IceRole.Controlled)]
    public void A_check_in_our_own_role_is_refused_or_switches_it(IceRole role, bool peerControls, int difference, int error, IceRole after)
    {
        using CheckBench bench = Started(role);
        ulong peer = Own(bench) + (ulong)difference;

        Reading answer = bench.Check("10.0.2.7", controlling: peerControls ? peer : null, controlled: peerControls ? null : peer)!;

        answer.ErrorCode.Should().Be(error);
        answer.IsKeyedWith(bench.Machine.CreateLocalDescription().Streams[0].Password).Should().BeTrue("the request was authenticated");
        bench.Machine.Role.Should().Be(after);
    }

    [Theory]
    [Rfc("ICE-8445-6.1.1-f")]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_that_takes_the_other_role_with_its_restart_is_accepted(bool peerWins)
    {
        using CheckBench bench = new CheckBench(new IceAgentMachineOptions { Role = IceRole.Controlling }).Tell(Candidate("10.0.2.7"));
        bench.AnswerAll();
        bench.Run(60).AnswerAll();
        bench.Machine.State.Should().Be(IceConnectionState.Completed);
        IceDescription again = bench.Description([Candidate("10.0.2.7")]);
        bench.Tell(again with { Streams = [again.Streams[0] with { Ufrag = "newPeer", Password = PeerPassword }] });
        string username = $"{bench.Machine.CreateLocalDescription().Streams[0].Ufrag}:newPeer";

        // As RFC 5245 §9.1.1.1 has it: who offers the restart controls. The conflict is settled as any other.
        Reading answer = bench.Check("10.0.2.7", controlling: peerWins ? ulong.MaxValue : 0, username: username)!;
        answer.ErrorCode.Should().Be(peerWins ? 0 : 487);
        bench.Machine.Role.Should().Be(peerWins ? IceRole.Controlled : IceRole.Controlling);
        bench.Run(60).AnswerAll();
        bench.Check("10.0.2.7", useCandidate: peerWins, controlling: peerWins ? ulong.MaxValue : null, controlled: peerWins ? null : 0, username: username)!.IsSuccess.Should().BeTrue();
        bench.Run(120).AnswerAll();

        bench.Machine.State.Should().Be(IceConnectionState.Completed);
        bench.Pair.IsNominated.Should().BeTrue();
        bench.Events.OfType<RestartCompleted>().Should().ContainSingle();
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.1-d")]
    public void Tie_breakers_are_compared_without_sign()
    {
        // A seed whose tie-breaker is small, against the largest one, which as a signed number is -1.
        string seed = Enumerable.Range(0, 100).Select(i => $"seed {i}").First(s =>
        {
            using CheckBench probe = Started(IceRole.Controlling, s);
            return Own(probe) < 0x8000_0000_0000_0000;
        });
        using CheckBench bench = Started(IceRole.Controlling, seed);

        bench.Check("10.0.2.7", controlling: ulong.MaxValue)!.IsSuccess.Should().BeTrue();
        bench.Machine.Role.Should().Be(IceRole.Controlled);
    }

    [Fact]
    [Rfc("ICE-5245-7.2.1.1-a")]
    public void A_check_without_a_role_is_worked_in_as_it_is()
    {
        using CheckBench bench = Started(IceRole.Controlling);

        bench.Check("10.0.2.9")!.IsSuccess.Should().BeTrue();

        bench.Machine.Role.Should().Be(IceRole.Controlling);
        bench.Machine.GetPairs(0).Should().HaveCount(2, "its source was learnt");
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.1-g")]
    [Rfc("ICE-8445-19.2-a")]
    public void A_check_that_is_not_authenticated_never_changes_the_role()
    {
        using CheckBench bench = Started(IceRole.Controlling);

        bench.Check("10.0.2.7", controlling: ulong.MaxValue, password: "not the password of anybody")!.ErrorCode.Should().Be(401);

        bench.Machine.Role.Should().Be(IceRole.Controlling);
    }

    [Fact]
    [Rfc("ICE-8445-16.1-a")]
    [Rfc("ICE-8445-7.1.3-a")]
    [Rfc("ICE-5245-5.2-a")]
    public void All_checks_of_all_streams_show_one_role_and_one_tie_breaker_of_64_random_bits()
    {
        ulong zeros = ulong.MaxValue, ones = 0;
        for (int i = 0; i < 32; i++)
        {
            using var bench = new CheckBench(new IceAgentMachineOptions { Role = IceRole.Controlled }, components: 2, streams: 2, seed: $"tie {i}");
            bench.Tell(bench.Description([Candidate("10.0.2.7"), Candidate("10.0.2.7", component: 2)], streams: 2));
            bench.AnswerAll();
            bench.Run(300);

            bench.Checks.Select(c => c.From).Distinct().Should().HaveCountGreaterThan(2);
            bench.Checks.Should().OnlyContain(c => c.Message.Controlled == bench.Checks[0].Message.Controlled && c.Message.Controlling == null);
            ulong tieBreaker = bench.Checks[0].Message.Controlled!.Value;
            zeros &= tieBreaker;
            ones |= tieBreaker;
        }

        ones.Should().Be(ulong.MaxValue, "each bit is set sometimes");
        zeros.Should().Be(0, "and clear sometimes");
    }

    [Theory]
    [Rfc("ICE-8445-7.2.5.1-a")]
    [Rfc("ICE-8445-7.2.5.1-b")]
    [Rfc("ICE-8445-7.2.5.1-d")]
    [Rfc("ICE-8445-16.1-b")]
    [InlineData(IceRole.Controlling)]
    [InlineData(IceRole.Controlled)]
    public void A_487_switches_to_the_other_role_with_a_new_tie_breaker_and_the_check_is_sent_again(IceRole role)
    {
        using CheckBench bench = Started(role);
        ulong before = Own(bench);

        bench.Answer(bench.Checks[0], error: 487);
        bench.Pair.State.Should().Be(IceCandidatePairState.Waiting, "a conflict is no failure");
        bench.Run(50);

        Reading next = bench.Checks[^1].Message;
        (role == IceRole.Controlling ? next.Controlled : next.Controlling).Should().NotBeNull().And.NotBe(before);
        next.Id.Should().NotBe(bench.Checks[0].Message.Id);
        bench.Pair.State.Should().Be(IceCandidatePairState.InProgress);
    }

    [Fact]
    [Rfc("ICE-8445-7.2.5.1-c")] // T15
    public void Five_refused_checks_switch_the_role_once_and_are_all_sent_again()
    {
        using var bench = new CheckBench();
        bench.Tell([.. Enumerable.Range(1, 5).Select(i => Candidate($"10.0.2.{i}"))]).Run(210);
        SentDatagram[] checks = [.. bench.Checks];
        checks.Should().HaveCount(5);

        foreach (SentDatagram check in checks)
        {
            bench.Answer(check, error: 487);
        }

        bench.Events.OfType<RoleChanged>().Should().ContainSingle().Which.Role.Should().Be(IceRole.Controlled);
        bench.Run(300);
        bench.Checks.Skip(5).Select(c => c.To).Distinct().Should().HaveCount(5);
        bench.Checks.Skip(5).Should().OnlyContain(c => c.Message.Controlled != null);
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.1-f")] // T17
    public void A_role_taken_over_as_server_keeps_the_tie_breaker()
    {
        using CheckBench bench = Started(IceRole.Controlling);
        ulong before = Own(bench);

        bench.Check("10.0.2.9", controlling: ulong.MaxValue);
        bench.Run(100);

        bench.Checks[^1].Message.Controlled.Should().Be(before);
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.1-e")] // T18
    [Rfc("ICE-8445-7.3.1.1-i")]
    public void Losing_the_controlling_role_recomputes_priorities_and_drops_a_nomination_that_has_not_succeeded()
    {
        using var bench = new CheckBench();
        bench.Tell(Candidate("10.0.2.7", preference: 100));
        ulong before = bench.Pair.Priority;
        bench.Answer(bench.Checks[0]);

        // The nominating check is chosen and waits for its slot when the role is lost.
        bench.Check("10.0.2.7", controlling: ulong.MaxValue);
        bench.Run(1000);

        bench.Pair.Priority.Should().Be(before - 1);
        bench.Checks.Should().NotContain(c => c.Message.Nominates);
        bench.Pair.IsNominated.Should().BeFalse();
    }

    [Fact]
    public void A_peer_that_shows_another_role_with_each_check_moves_ours_eight_times_and_no_more()
    {
        using CheckBench bench = Started(IceRole.Controlling);
        for (int i = 0; i < 1000; i++)
        {
            bench.Check("10.0.2.7", controlling: ulong.MaxValue);
            bench.Check("10.0.2.7", controlled: 0);
        }

        bench.Events.OfType<RoleChanged>().Should().HaveCount(8);
        bench.Machine.GetLimitCount(IceAgentLimit.RoleSwitches).Should().BeGreaterThan(900);
        bench.Machine.GetPairs(0).Should().ContainSingle();
    }

    [Fact]
    public void A_peer_that_finds_a_conflict_in_every_check_fails_the_pair_in_the_end()
    {
        using CheckBench bench = Started(IceRole.Controlling);
        for (int i = 0; i < 20; i++)
        {
            bench.Answer(bench.Checks[^1], error: 487);
            bench.Run(60);
        }

        bench.Pair.State.Should().Be(IceCandidatePairState.Failed);
        bench.Checks.Should().HaveCount(9);
        bench.Machine.GetLimitCount(IceAgentLimit.RoleConflicts).Should().Be(1);
    }

    private static CheckBench Started(IceRole role, string seed = "bench") =>
        new CheckBench(new IceAgentMachineOptions { Role = role }, seed: seed).Tell(Candidate("10.0.2.7"));

    private static ulong Own(CheckBench bench) => bench.Checks[^1].Message is { } check ? check.Controlling ?? check.Controlled!.Value : 0;
}
