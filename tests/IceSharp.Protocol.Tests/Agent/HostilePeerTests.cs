using System.Globalization;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Agent.CheckBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>What a peer or a stranger can do to an agent, and that another session of the same process does not feel it: both share the gate of the process.</summary>
public class HostilePeerTests
{
    public static TheoryData<string> Attacks => [.. s_attacks.Keys];

    // What is done each millisecond, and what has to be true in the end.
    private static readonly Dictionary<string, (Action<CheckBench, int> Attack, Action<CheckBench> Verdict)> s_attacks = new()
    {
        ["checks with a wrong password, from a thousand addresses"] = (
            (bench, i) =>
            {
                for (int n = 0; n < 20; n++)
                {
                    bench.Check($"10.0.9.{(i % 250) + 1}", 5000 + (i % 4) + n, useCandidate: true, password: "aPasswordOfNobody1234567")!.ErrorCode.Should().Be(401);
                }
            },
            bench =>
            {
                bench.Machine.GetDropCount(DropReason.Unauthenticated).Should().Be(20 * Rounds);
                bench.Machine.GetPairs(0).Should().HaveCount(1);
                bench.Events.OfType<PairStateChanged>().Should().HaveCountLessThan(5);
            }),
        ["checks with the right password, from ever new addresses"] = (
            (bench, i) => bench.Check($"10.{9 + (i / 60_000)}.{i / 250 % 250}.{(i % 250) + 1}", 5000 + (i % 50_000))!.IsSuccess.Should().BeTrue(),
            bench =>
            {
                bench.Machine.GetPairs(0).Should().HaveCountLessThanOrEqualTo(33, "half of MaxRemoteCandidates are learnt, besides the one that was told");
                bench.Machine.GetLimitCount(IceAgentLimit.LearntCandidates).Should().BeGreaterThan(Rounds - 100);
                bench.Checks.Select(c => c.To).Distinct().Should().HaveCountLessThanOrEqualTo(33, "nobody else is sent checks");
            }),
        ["a nomination of every pair"] = (
            (bench, i) => bench.Check($"10.0.9.{(i % 250) + 1}", useCandidate: true, controlling: ulong.MaxValue),
            bench =>
            {
                bench.Machine.GetPairs(0).Should().HaveCountLessThanOrEqualTo(33);
                bench.Machine.GetLimitCount(IceAgentLimit.LearntCandidates).Should().BePositive();
            }),
        ["a role that flips with each check"] = (
            (bench, i) => bench.Check("10.0.2.7", controlling: i % 2 == 0 ? ulong.MaxValue : null, controlled: i % 2 == 0 ? null : 0),
            bench =>
            {
                bench.Events.OfType<RoleChanged>().Should().HaveCountLessThanOrEqualTo(9);
                bench.Machine.GetLimitCount(IceAgentLimit.RoleSwitches).Should().BePositive();
            }),
        ["a restart every 10 ms"] = (
            (bench, i) =>
            {
                if (i % 10 == 0)
                {
                    IceDescription told = bench.Description([Candidate("10.0.2.7")]);
                    bench.Tell(told with { Streams = [told.Streams[0] with { Ufrag = $"ufrag{i}", Password = $"password+of+at+least+22+{i}" }] });
                }
            },
            bench =>
            {
                bench.Machine.GetPairs(0).Should().HaveCount(1);
                bench.Checks.Should().HaveCountLessThan((Rounds / 50) + 2, "a new session does not restart the pacing");
            }),
        ["candidates that nobody can have"] = (
            (bench, i) =>
            {
                string[] bad = ["127.0.0.1", "224.0.0.1", "0.0.0.0", "255.255.255.255", "10.0.9.9", "::1", "ff02::1", "::"];
                string ip = bad[i % bad.Length];
                bench.Machine.AddRemoteCandidate(bench.Now, 0, Candidate(ip, port: ip == "10.0.9.9" ? 0 : 4000));
                bench.Drain();
            },
            bench =>
            {
                bench.Machine.GetRefusedCandidateCount(RemoteCandidateRefusal.Address).Should().Be(Rounds);
                bench.Machine.GetPairs(0).Should().HaveCount(1);
                bench.Checks.Select(c => c.To).Distinct().Should().HaveCount(1);
            }),
        ["a thousand candidate lines, again and again"] = (
            (bench, i) =>
            {
                if (i % 100 == 0)
                {
                    string lines = string.Concat(Enumerable.Range(0, 1000).Select(n =>
                        string.Create(CultureInfo.InvariantCulture, $"a=candidate:{n} 1 UDP {2130706431 - n - i} 10.{20 + (i / 100)}.{n / 250}.{(n % 250) + 1} 4000 typ host\r\n")));
                    IceDescription told = IceDescription.Parse($"a=ice-options:ice2 trickle\r\nm=audio 9 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\na=mid:s0\r\na=ice-ufrag:peer\r\na=ice-pwd:{PeerPassword}\r\n{lines}");
                    bench.Tell(told);
                }
            },
            bench =>
            {
                bench.Machine.GetPairs(0).Should().HaveCountLessThanOrEqualTo(64);
                bench.Machine.GetRefusedCandidateCount(RemoteCandidateRefusal.LimitReached).Should().BeGreaterThan(9000);
                bench.Checks.Select(c => c.To).Distinct().Should().HaveCountLessThanOrEqualTo(64);
            }),
    };

    private const int Rounds = 2000;

    [Theory]
    [MemberData(nameof(Attacks))]
    [Rfc("ICE-8445-19.5.1-b")]
    [Rfc("ICE-8445-7.3-k")]
    public void An_attacked_agent_stays_within_its_bounds_and_a_session_beside_it_is_not_harmed(string attack)
    {
        (Action<CheckBench, int> act, Action<CheckBench> verdict) = s_attacks[attack];
        var gate = new IntervalPacingGate();
        using var bench = new CheckBench(new IceAgentMachineOptions { Role = IceRole.Controlled }, gate: gate);
        IceDescription told = bench.Description([Candidate("10.0.2.7")]);
        bench.Tell(told with { Options = ["ice2", "trickle"], Streams = [told.Streams[0] with { EndOfCandidates = false }] });
        var call = new Call(gate: gate);
        int sent = 0;

        for (int i = 0; i < Rounds; i++)
        {
            act(bench, i);
            bench.Run(1);
            call.Wire.Run(0.001);
            if (i == 200)
            {
                call.IsCompleted.Should().BeTrue("two round trips of 20 ms and Ta are enough, with the gate shared");
            }

            if (i is > 200 and < Rounds - 50)
            {
                call.Left.SendData(0, 1, [1, (byte)i]);
                sent++;
            }
        }

        call.Right.Received.Should().HaveCount(sent, "no packet of the other session is lost");
        call.IsCompleted.Should().BeTrue();
        verdict(bench);
        int checks = bench.Checks.DistinctBy(c => c.Message.Id).Count();
        checks.Should().BeLessThanOrEqualTo((Rounds / 50) + 1, "whatever comes in, one check leaves each Ta");
        bench.Machine.GetPairs(0).Count.Should().BeLessThanOrEqualTo(100);
    }

    [Fact]
    [Rfc("ICE-8445-7.3-k")]
    public void What_an_unauthenticated_check_costs_does_not_grow()
    {
        using CheckBench bench = new CheckBench(new IceAgentMachineOptions { Role = IceRole.Controlled }).Tell(Candidate("10.0.2.7"));
        byte[] check = Unauthenticated(bench);
        var path = new TransportPath(bench.Socket(0), Address("10.0.9.9"));
        byte[] answer = new byte[1500];
        int answered = 0;
        long Flood(int count)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < count; i++)
            {
                bench.Machine.HandleDatagram(bench.Now, path, check).Reason.Should().Be(DropReason.Unauthenticated);
                answered += bench.Machine.TryGetTransmit(bench.Now, answer, out Transmit transmit) ? 1 : 0;
                transmit.Length.Should().BeInRange(20, 3 * check.Length);
                bench.Machine.TryGetTransmit(bench.Now, answer, out _).Should().BeFalse("one answer a request");
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        bench.Machine.HandleTimeout(bench.Now);
        while (bench.Machine.TryGetTransmit(bench.Now, answer, out _))
        {
        }

        bench.Machine.NextTimeout.At.Should().BeGreaterThan(bench.Now, "the machine waits");
        Flood(2000);
        GC.Collect();
        long held = GC.GetTotalMemory(forceFullCollection: true);
        Flood(20_000);

        answered.Should().Be(22_000);
        (GC.GetTotalMemory(forceFullCollection: true) - held).Should().BeLessThan(500_000, "20,000 refused checks leave nothing behind");
        bench.Machine.NextTimeout.At.Should().BeGreaterThan(bench.Now, "and give the machine nothing to do");
        bench.Machine.GetPairs(0).Should().HaveCount(1);
    }

    [Theory]
    [Rfc("ICE-8445-7.3-k")]
    [InlineData("none", null, null)]
    [InlineData("x", null, null)]
    [InlineData("stranger:peer", "aPasswordOfNobody1234567", 1u)]
    [InlineData("{own}:peer", "aPasswordOfNobody1234567", 1u)]
    [InlineData("{own}:peer", "", null)]
    public void An_invalid_request_gets_one_answer_at_most_three_times_its_size(string username, string? password, uint? priority)
    {
        using CheckBench bench = new CheckBench().Tell();
        string own = bench.Machine.CreateLocalDescription().Streams[0].Ufrag;
        int before = bench.Sent.Count;

        Reading answer = bench.Check("10.0.9.9", username: username.Replace("{own}", own, StringComparison.Ordinal), password: password, priority: priority)!;

        bench.Run(1000).Sent.Skip(before).Should().ContainSingle();
        answer.ErrorCode.Should().BeOneOf(400, 401);
        answer.Length.Should().BeLessThanOrEqualTo(3 * 28, "the smallest request has 28 bytes");
        bench.Machine.GetPairs(0).Should().BeEmpty();
    }

    [Theory]
    [Rfc("ICE-8445-19.5.1-d")]
    [InlineData("224.0.0.1", 4000, false, RemoteCandidateRefusal.Address)]
    [InlineData("255.255.255.255", 4000, false, RemoteCandidateRefusal.Address)]
    [InlineData("0.0.0.0", 4000, false, RemoteCandidateRefusal.Address)]
    [InlineData("::", 4000, false, RemoteCandidateRefusal.Address)]
    [InlineData("ff02::1", 4000, false, RemoteCandidateRefusal.Address)]
    [InlineData("10.0.2.8", 0, false, RemoteCandidateRefusal.Address)]
    [InlineData("127.0.0.1", 4000, false, RemoteCandidateRefusal.Address)]
    [InlineData("127.0.0.1", 4000, true, null)]
    [InlineData("10.0.2.66", 4000, false, RemoteCandidateRefusal.Filter)]
    [InlineData("10.0.2.8", 4000, false, null)]
    public void A_remote_candidate_that_nobody_can_have_is_refused_before_pairing_and_counted(string ip, int port, bool loopback, RemoteCandidateRefusal? refusal)
    {
        var options = NeverNominating with { AllowLoopback = loopback, RemoteCandidateFilter = c => c.Address.Address != IpAddress.Parse("10.0.2.66") };
        using CheckBench bench = new CheckBench(options, ["10.0.1.5", "2001:db8::5"]).Tell(Candidate(ip, port: port));

        bench.Machine.GetPairs(0).Should().HaveCount(refusal is null ? 1 : 0);
        foreach (RemoteCandidateRefusal kind in Enum.GetValues<RemoteCandidateRefusal>())
        {
            bench.Machine.GetRefusedCandidateCount(kind).Should().Be(kind == refusal ? 1 : 0);
        }

        bench.Events.OfType<RemoteCandidateIgnored>().Should().HaveCount(refusal is null ? 0 : 1);
    }

    private static byte[] Unauthenticated(CheckBench bench)
    {
        IceStreamDescription own = bench.Machine.CreateLocalDescription().Streams[0];
        var buffer = new byte[300];
        using var key = StunIntegrityKey.ShortTerm("aPasswordOfNobody1234567");
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, StunTransactionId.Create(new TestRandom("flood")));
        writer.AddText(StunAttributeType.Username, $"{own.Ufrag}:peer");
        writer.AddIntegrity(key);
        writer.AddFingerprint();
        return writer.Written.ToArray();
    }
}
