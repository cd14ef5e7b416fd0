using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using static IceSharp.IceCandidatePairState;
using static IceSharp.Protocol.Tests.Agent.CheckBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>When checks leave, and in which order (RFC 8445 §6.1.4.2, §14).</summary>
public class CheckSchedulingTests
{
    [Theory]
    [Rfc("ICE-8445-6.1.4.2-a")] // T20
    [Rfc("ICE-8445-6.1.4.2-b")]
    [Rfc("ICE-8445-6.1.4.2-f")]
    [Rfc("ICE-8445-6.1.4.2-g")]
    [Rfc("ICE-8445-14.2-a")]
    [InlineData(2, 2, 2, "A1 B1 C1 A2 B2 C2")]
    [InlineData(3, 1, 2, "A1 B1 C1 A2 C2 A3")]
    [InlineData(0, 3, 1, "B1 C1 B2 B3")]
    [InlineData(0, 0, 2, "C1 C2")]
    public void One_check_leaves_each_Ta_from_the_checklists_in_turn_and_one_without_work_costs_no_slot(int a, int b, int c, string expected)
    {
        using var bench = new CheckBench(NeverNominating, streams: 3);
        IceDescription description = bench.Description([], streams: 3);
        int[] counts = [a, b, c];
        bench.Tell(description with
        {
            Streams = [.. description.Streams.Select((s, i) => s with { Candidates = [.. Enumerable.Range(1, counts[i]).Select(n => Candidate($"10.{i + 2}.0.{n}", preference: 100 - n))] })],
        });

        bench.Run(450);

        bench.Checks.Select(x => Name(x.To)).Should().Equal(expected.Split(' '));
        bench.Checks.Select(x => x.Milliseconds).Should().Equal(Enumerable.Range(0, a + b + c).Select(i => 50.0 * i), "Ta is one for all, 50 ms where nobody says otherwise");
    }

    [Theory]
    [Rfc("ICE-8445-6.1.4.2-j")]
    [InlineData(30, 50)]
    [InlineData(2000, 0)]
    public void Work_that_comes_when_all_was_done_starts_the_timer_again_Ta_after_the_last_check(double idle, double waits)
    {
        foreach (string work in (string[])["triggered check", "trickled pair", "role conflict"])
        {
            using var bench = new CheckBench(NeverNominating);
            IceDescription told = bench.Description([Candidate("10.0.2.7")]);
            bench.Tell(told with { Options = ["ice2", "trickle"], Streams = [told.Streams[0] with { EndOfCandidates = false }] });
            bench.Run(5);
            if (work != "role conflict")
            {
                bench.Answer(bench.Checks[0]);
            }

            bench.Run(0.5 * idle);
            double last = bench.Checks[^1].Milliseconds;
            bench.Run(last + idle - bench.Milliseconds);
            int before = bench.Checks.Count;
            last = bench.Checks.Where(c => c.Message.Id == bench.Checks[0].Message.Id).First().Milliseconds;
            switch (work)
            {
                case "triggered check":
                    bench.Check("10.0.2.9");
                    break;
                case "trickled pair":
                    bench.Machine.AddRemoteCandidate(bench.Now, 0, Candidate("10.0.2.8"));
                    bench.Drain();
                    break;
                default:
                    bench.Answer(bench.Checks[0], error: 487);
                    break;
            }

            double now = bench.Milliseconds;
            bench.Run(600);
            SentDatagram next = bench.Checks.Skip(before).First(c => c.Message.Id != bench.Checks[0].Message.Id);
            next.Milliseconds.Should().Be(waits == 0 ? now : last + waits, work);
        }
    }

    [Theory]
    [Rfc("ICE-8445-14.2-b")]
    [InlineData(20, null, 50)]
    [InlineData(20, 30, 30)]
    [InlineData(30, 20, 30)]
    [InlineData(200, null, 200)]
    [InlineData(200, 20, 200)]
    [InlineData(50, null, 50)]
    [InlineData(50, 10, 50)]
    [InlineData(50, 300, 300)]
    public void Both_agents_use_the_larger_proposal_and_none_counts_as_50_ms(int own, int? peers, int used)
    {
        using var bench = new CheckBench(NeverNominating with { Pacing = TimeSpan.FromMilliseconds(own) });
        bench.Machine.CreateLocalDescription().PacingMilliseconds.Should().Be(own);

        bench.Tell(bench.Description([.. Enumerable.Range(1, 3).Select(i => Candidate($"10.0.2.{i}"))], pacing: peers)).Run(499);

        bench.Checks.Take(2).Select(c => c.Milliseconds).Should().Equal(0, used);
    }

    [Fact]
    [Rfc("ICE-8445-14.2-c")] // T20
    public void Twenty_agents_of_one_process_start_one_transaction_each_5_ms_together()
    {
        var gate = new IntervalPacingGate();
        CheckBench[] agents = [.. Enumerable.Range(0, 20).Select(i => new CheckBench(NeverNominating with { Pacing = TimeSpan.FromMilliseconds(5) }, gate: gate, seed: $"agent {i}"))];
        foreach (CheckBench agent in agents)
        {
            agent.Tell(agent.Description([.. Enumerable.Range(1, 5).Select(i => Candidate($"10.0.2.{i}"))], pacing: 5));
        }

        for (int millisecond = 0; millisecond < 700; millisecond++)
        {
            foreach (CheckBench agent in agents)
            {
                agent.Run(1);
            }
        }

        double[] starts = [.. agents.SelectMany(a => a.Checks.DistinctBy(c => c.Message.Id)).Select(c => c.Milliseconds).Order()];
        starts.Should().HaveCount(100, "everybody gets a turn");
        starts.Zip(starts.Skip(1), (one, next) => next - one).Should().OnlyContain(gap => gap >= 5);
        foreach (CheckBench agent in agents)
        {
            agent.Dispose();
        }
    }

    [Theory]
    [Rfc("ICE-8445-14.3-a")]
    [InlineData(4, 50, 500)]
    [InlineData(15, 50, 750)]
    [InlineData(24, 50, 1200)]
    [InlineData(4, 200, 800)]
    public void Gathering_repeats_after_500_ms_or_Ta_for_each_candidate_to_be_gathered(int servers, int ta, int expected)
    {
        var options = new IceAgentMachineOptions
        {
            Pacing = TimeSpan.FromMilliseconds(ta),
            Servers = [.. Enumerable.Range(1, servers).Select(i => new IceServerSettings { Kind = IceServerKind.Stun, Host = $"192.0.2.{i}" })],
        };
        GatherBench bench = new GatherBench(options, GatherBench.On("eth0", "10.0.0.5")).Gather();
        bench.Run(9);

        foreach (var copies in bench.Sent.GroupBy(s => s.Destination))
        {
            (copies.ElementAt(1).At - copies.First().At).TotalMilliseconds.Should().Be(expected);
        }
    }

    [Fact]
    [Rfc("ICE-8445-19.5.1-c")]
    public void A_silent_target_gets_seven_copies_of_a_hundred_checks_and_no_more()
    {
        using CheckBench bench = new CheckBench(NeverNominating with { MaxRemoteCandidates = 1000 })
            .Tell([.. Enumerable.Range(1, 250).Select(i => Candidate($"10.0.2.{i}"))]);

        bench.Run(3_600_000);

        bench.Checks.Should().HaveCount(700);
        double[] starts = [.. bench.Checks.DistinctBy(c => c.Message.Id).Select(c => c.Milliseconds)];
        starts.Should().Equal(Enumerable.Range(0, 100).Select(i => 50.0 * i));
        bench.Machine.State.Should().Be(IceConnectionState.Failed);
    }

    [Fact]
    [Rfc("ICE-8445-16.1-c")]
    public void A_restart_keeps_role_and_tie_breaker()
    {
        using CheckBench bench = new CheckBench(NeverNominating).Tell(Candidate("10.0.2.7"));
        ulong? before = bench.Checks[0].Message.Controlling;
        bench.Answer(bench.Checks[0]);
        bench.Machine.Restart(bench.Now);
        IceDescription again = bench.Description([Candidate("10.0.2.7")]);

        bench.Tell(again with { Streams = [again.Streams[0] with { Ufrag = "newPeer", Password = "anotherPasswordOfThePeer+1" }] }).Run(100);

        bench.Checks[^1].Message.Username.Should().StartWith("newPeer:");
        bench.Checks[^1].Message.Controlling.Should().Be(before).And.NotBeNull();
    }

    private static string Name(TransportAddress address)
    {
        string[] parts = address.Address.ToString().Split('.');
        return $"{(char)('A' + parts[1][0] - '2')}{parts[3]}";
    }
}
