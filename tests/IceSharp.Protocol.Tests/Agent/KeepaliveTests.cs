using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Agent.CheckBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Keepalives (RFC 8445 §11): when they begin and end, what they look like, and what those of the peer do.</summary>
public class KeepaliveTests
{
    private static readonly IceAgentMachineOptions NoConsent = new() { Role = IceRole.Controlling, ConsentFreshness = false };

    [Theory]
    [InlineData(14.999, false)]
    [InlineData(15, true)]
    [InlineData(25, true)]
    [Rfc("ICE-8445-11-c")]
    public void Tr_is_15_s_or_longer(double seconds, bool isTaken)
    {
        new IceAgentMachineOptions().KeepaliveInterval.Should().Be(TimeSpan.FromSeconds(15));
        IceAgentMachineOptions options = NoConsent with { KeepaliveInterval = TimeSpan.FromSeconds(seconds) };
        if (!isTaken)
        {
            FluentActions.Invoking(() => new CheckBench(options)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*KeepaliveInterval*");
            return;
        }

        using CheckBench bench = Connected(options);
        bench.Run(seconds * 3001);

        double[] gaps = Gaps(bench);
        gaps.Should().HaveCount(2).And.OnlyContain(gap => gap == seconds * 1000);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [Rfc("ICE-8445-11-d")]
    [Rfc("ICE-8445-11-f")]
    [Rfc("ICE-8445-11-k")]
    public void Full_and_lite_peers_get_STUN_and_an_indication_has_nothing_but_a_fingerprint(bool isLite, bool consent)
    {
        using CheckBench bench = Connected(NoConsent with { ConsentFreshness = consent }, isLite);

        for (int i = 0; i < 60; i++)
        {
            int before = bench.Sent.Count;
            bench.Run(1000);
            foreach (SentDatagram request in bench.Sent.Skip(before).Where(s => s.Message.IsRequest).ToArray())
            {
                bench.Answer(request);
            }
        }

        bench.Sent.Should().NotBeEmpty().And.OnlyContain(s => s.To == Address("10.0.2.7") && s.Message.HasFingerprint);
        bench.Sent.Should().OnlyContain(s => s.Message.IsRequest == consent);
        if (!consent)
        {
            bench.Sent.Should().OnlyContain(s => s.Message.Class == StunClass.Indication && !s.Message.HasIntegrity && s.Message.Length == 28, "a header and the fingerprint");
        }
    }

    [Fact]
    [Rfc("ICE-8445-11-h")]
    public void Of_several_valid_pairs_only_the_selected_one_is_kept_alive()
    {
        var bench = new CheckBench(NoConsent with { Role = IceRole.Controlled });
        using (bench.Tell(Candidate("10.0.2.7"), Candidate("10.0.2.8", preference: 100)).Run(200))
        {
            bench.AnswerAll();
            bench.Machine.GetPairs(0).Count(p => p.IsValid).Should().Be(2);
            bench.Check("10.0.2.8", useCandidate: true, controlling: 1);
            Settle(bench);
            bench.Sent.Clear();

            bench.Run(60_000);

            bench.Sent.Should().HaveCount(4).And.OnlyContain(s => s.To == Address("10.0.2.8") && s.Message.Class == StunClass.Indication);
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [Rfc("ICE-8445-11-i")]
    public void After_the_stream_was_removed_or_the_agent_closed_nothing_is_sent(bool closes, bool consent)
    {
        Call call = new Call(new IceAgentMachineOptions { ConsentFreshness = consent }).Complete();
        if (closes)
        {
            call.Left.Machine.Close(call.Wire.Now);
        }
        else
        {
            call.Left.Machine.RemoveDataStream(call.Wire.Now, 0);
        }

        call.Wire.Run(120);

        call.Wire.Trace.Should().NotBeEmpty("the peer goes on").And.OnlyContain(f => f.From == "right");
    }

    [Fact]
    [Rfc("ICE-5245-10-a")]
    public void They_begin_with_the_first_pair_that_data_may_flow_on_whether_it_is_nominated_or_not()
    {
        using var bench = new CheckBench(NeverNominating with { ConsentFreshness = false });
        bench.Tell(Candidate("10.0.2.7")).Run(10_000);
        bench.Sent.Should().OnlyContain(s => s.Message.IsRequest, "nothing can be kept alive before it is there");
        bench.Answer(bench.Checks[^1]);
        bench.Pair.IsNominated.Should().BeFalse();
        double valid = bench.Milliseconds;

        bench.Run(15_001);

        bench.Sent.Single(s => s.Message.Class == StunClass.Indication).Milliseconds.Should().Be(valid + 15_000);
    }

    [Fact]
    [Rfc("ICE-8445-11-j")]
    [Rfc("ICE-webrtc-timing-b")]
    [Rfc("ICE-webrtc-timing-c")]
    public void A_peer_that_pings_all_pairs_for_ever_each_time_anew_as_browsers_do_is_answered_and_moves_nothing()
    {
        using CheckBench bench = Connected(NoConsent with { Role = IceRole.Controlled });
        DataRoute route = bench.Machine.GetRoute(0, 1)!;
        string[] pairs = Shown(bench);
        bench.Events.Clear();
        for (int i = 0; i < 200; i++)
        {
            // 48 ms while a browser connects, 2.5 s afterwards.
            bench.Run(i < 100 ? 48 : 2500);
            bench.Check("10.0.2.7", controlling: 1, useCandidate: i % 2 == 0)!.IsSuccess.Should().BeTrue();
            bench.Check("10.0.2.8", controlling: 1)!.IsSuccess.Should().BeTrue("another pair, which is not the selected one");
        }

        bench.Checks.Should().BeEmpty();
        bench.Events.Should().BeEmpty();
        bench.Machine.GetRoute(0, 1).Should().BeSameAs(route);
        Shown(bench).Should().Equal(pairs);

        static string[] Shown(CheckBench of) => [.. of.Machine.GetPairs(0).Select(p => $"{p.Remote.Address} {p.State} {p.IsValid} {p.IsNominated}")];
    }

    [Theory]
    [InlineData("10.0.2.7")]
    [InlineData("10.9.9.9")]
    [Rfc("ICE-8445-11-l")]
    public void An_indication_is_taken_without_an_answer_or_any_effect(string from)
    {
        using CheckBench bench = Connected(NoConsent);
        bench.Events.Clear();
        var buffer = new byte[100];
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Indication, StunTransactionId.Create(new TestRandom("indication")));
        writer.AddFingerprint();
        Deadline next = bench.Machine.NextTimeout;

        bench.Deliver(writer.Written, Address(from)).Should().Be(DatagramVerdict.Consumed);

        bench.Sent.Should().BeEmpty();
        bench.Events.Should().BeEmpty();
        bench.Machine.NextTimeout.Should().Be(next);
        bench.Deliver([1, 2, 3], Address("10.9.9.9")).Reason.Should().Be(DropReason.UnacceptedSource, "it made nobody known");
    }

    private static CheckBench Connected(IceAgentMachineOptions options, bool isLite = false)
    {
        var bench = new CheckBench(options);
        bench.Tell(bench.Description([Candidate("10.0.2.7")], isLite: isLite)).Run(100);
        if (options.Role == IceRole.Controlled)
        {
            bench.Check("10.0.2.7", useCandidate: true, controlling: 1);
        }
        else if (!isLite)
        {
            bench.Check("10.0.2.7", controlled: 1);
        }

        Settle(bench);
        bench.Sent.Clear();
        return bench;
    }

    private static void Settle(CheckBench bench)
    {
        for (int i = 0; i < 100 && bench.Machine.State != IceConnectionState.Completed; i++)
        {
            bench.AnswerAll();
            bench.Run(50);
        }

        bench.Machine.State.Should().Be(IceConnectionState.Completed);
    }

    private static double[] Gaps(CheckBench bench)
    {
        double[] times = [.. bench.Sent.Where(s => s.Message.Class == StunClass.Indication).Select(s => s.Milliseconds)];
        return [.. times.Zip(times.Skip(1), (a, b) => b - a)];
    }
}
