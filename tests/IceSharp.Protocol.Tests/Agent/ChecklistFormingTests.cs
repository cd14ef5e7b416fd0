using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using static IceSharp.IceCandidatePairState;
using static IceSharp.Protocol.Tests.Agent.CheckBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Which pairs a set of checklists has, and in which states they begin (RFC 8445 §6.1.2).</summary>
public class ChecklistFormingTests
{
    [Fact]
    [Rfc("ICE-8445-6.1.2.2-a")]
    public void Every_local_candidate_is_paired_with_every_remote_one_of_its_stream_component_family_and_transport()
    {
        using var bench = new CheckBench(NeverNominating, ["10.0.1.5", "10.0.1.6", "2001:db8::5"], components: 2, streams: 2);
        bench.Tell(bench.Description(
            [
                Candidate("10.0.2.7"), Candidate("10.0.2.8"), Candidate("2001:db8:2::7"), Candidate("10.0.2.9") with { Transport = IceTransport.Tcp },
                Candidate("10.0.2.7", component: 2), Candidate("10.0.2.8", component: 2),
            ],
            streams: 2));

        for (int stream = 0; stream < 2; stream++)
        {
            IReadOnlyList<IceCandidatePairInfo> pairs = bench.Machine.GetPairs(stream);
            pairs.Should().OnlyContain(p => p.Local.Component == p.Remote.Component && p.Local.Mid == $"s{stream}" && p.Remote.Transport == IceTransport.Udp);
            pairs.Should().OnlyContain(p => p.Local.Address.Address.Family == p.Remote.Address.Address.Family);
            pairs.GroupBy(p => (p.Remote.Component, p.Remote.Address.Address.Family)).Select(g => (g.Key, g.Count())).Should().BeEquivalentTo(
                [((1, IpFamily.IPv4), 4), ((2, IpFamily.IPv4), 4), ((1, IpFamily.IPv6), 1)]);
        }
    }

    [Fact]
    [Rfc("ICE-8445-6.1.2.2-b")] // T48
    public void A_link_local_address_is_paired_with_its_kind_only()
    {
        using CheckBench bench = new CheckBench(NeverNominating, ["2001:db8::5", "fe80::5"]).Tell(Candidate("2001:db8:2::7"), Candidate("fe80::7"));

        bench.Machine.GetPairs(0).Select(p => (p.Local.Address.Address.IsLinkLocal, p.Remote.Address.Address.IsLinkLocal))
            .Should().BeEquivalentTo([(false, false), (true, true)]);
    }

    [Theory]
    [Rfc("ICE-8445-6.1.2.2-c")] // T64
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public void As_many_components_are_used_as_both_agents_have(int own, int peers)
    {
        using var bench = new CheckBench(components: own);
        bench.Tell([.. Enumerable.Range(1, peers).Select(component => Candidate("10.0.2.7", component))]);

        bench.Pair.Remote.Component.Should().Be(1, "candidates of a higher component stay unpaired");
        bench.AnswerAll();
        bench.Run(60).AnswerAll();
        bench.Machine.State.Should().Be(IceConnectionState.Completed, "component 1 is all that is needed");
    }

    [Theory]
    [Rfc("ICE-8445-6.1.2.4-c")] // T26
    [InlineData(true, IceCandidateType.ServerReflexive)]
    [InlineData(false, IceCandidateType.Host)]
    public void A_base_that_is_kept_back_is_checked_from_with_the_priority_of_its_reflexive_candidate(bool isKeptBack, IceCandidateType standsFor)
    {
        var options = NeverNominating with
        {
            TransportPolicy = isKeptBack ? IceTransportPolicy.NoHost : IceTransportPolicy.All,
            AddressRewrites = [new IceAddressRewrite(IpAddress.Parse("10.0.1.5"), IpAddress.Parse("203.0.113.7"))],
        };
        using CheckBench bench = new CheckBench(options).Tell(Candidate("10.0.2.7", preference: 7));

        IceCandidatePairInfo pair = bench.Pair;
        pair.Local.Type.Should().Be(standsFor, "the other candidate has the same base, so its pair is redundant");
        pair.Priority.Should().Be(IcePriority.Pair(IcePriority.Candidate(standsFor, 65535, 1), Candidate("10.0.2.7", preference: 7).Priority));
        bench.Checks[0].From.Should().Be(bench.LocalAddresses[0]);
    }

    [Fact]
    [Rfc("ICE-8445-6.1.2.4-d")] // T10
    public void Foundations_of_a_pair_are_compared_one_by_one_and_the_local_one_is_that_of_the_base()
    {
        string[] addresses = [.. Enumerable.Range(1, 11).Select(i => $"10.0.1.{i}")];
        using var bench = new CheckBench(NeverNominating with { AddressRewrites = [new IceAddressRewrite(IpAddress.Parse("10.0.1.1"), IpAddress.Parse("203.0.113.7"))] }, addresses);
        string[] own = [.. bench.Machine.CreateLocalDescription().Streams[0].Candidates.Where(c => c.Type == IceCandidateType.Host).Select(c => c.Foundation)];
        string one = own.First(f => f.Length == 1), other = own.First(f => f.Length == 2 && f.StartsWith(one, StringComparison.Ordinal));

        // one + "12" reads as other + "2" where 1 is the last digit of the other.
        bench.Tell(Candidate("10.0.2.7", foundation: $"{other[1..]}2"), Candidate("10.0.2.8", foundation: "2"));

        bench.Machine.GetPairs(0).Should().HaveCount(22).And.NotContain(p => p.State == Frozen, "no two pairs share both foundations");
        bench.Machine.GetPairs(0).Should().OnlyContain(p => p.Local.Type == IceCandidateType.Host);
    }

    [Theory]
    [Rfc("ICE-8445-6.1.2.5-b")] // T47
    [Rfc("ICE-8445-6.1.2.5-d")]
    [Rfc("ICE-8445-6.1.2.5-e")]
    [InlineData(null, 100)]
    [InlineData(31, 31)]
    [InlineData(3, 3)]
    [InlineData(150, 150)]
    public void The_limit_holds_for_all_checklists_together_and_is_cut_evenly_from_their_low_ends(int? configured, int limit)
    {
        IceAgentMachineOptions options = configured is { } value ? NeverNominating with { MaxCandidatePairs = value } : NeverNominating;
        using var bench = new CheckBench(options, streams: 3);
        IceCandidate[] sixty = [.. Enumerable.Range(1, 60).Select(i => Candidate($"10.0.2.{i}", preference: 1000 - i))];

        bench.Tell(bench.Description(sixty, streams: 3));

        int[] sizes = [.. Enumerable.Range(0, 3).Select(s => bench.Machine.GetPairs(s).Count)];
        sizes.Sum().Should().Be(limit);
        (sizes.Max() - sizes.Min()).Should().BeLessThanOrEqualTo(1);
        for (int s = 0; s < 3; s++)
        {
            bench.Machine.GetPairs(s).Select(p => p.Remote.Address).Should().Equal(sixty.Take(sizes[s]).Select(c => c.Address), "the best ones stay");
        }

        bench.Machine.GetLimitCount(IceAgentLimit.CandidatePairs).Should().Be(180 - limit);
    }

    [Fact]
    [Rfc("ICE-8445-6.1.2.6-b")]
    public void Every_pair_begins_Frozen_and_every_checklist_runs()
    {
        using var bench = new CheckBench(NeverNominating, components: 2, streams: 2);
        bench.Tell(bench.Description([Candidate("10.0.2.7"), Candidate("10.0.2.7", component: 2)], streams: 2)).Run(1000);

        bench.Events.OfType<PairStateChanged>().GroupBy(e => (e.Stream, e.Pair.Remote.Component)).Should()
            .OnlyContain(moves => moves.First().Previous == Frozen);
        bench.Machine.GetPairs(1).Should().HaveCount(2).And.OnlyContain(p => p.State == Frozen, "their foundation is under way in the first checklist");
        bench.Machine.State.Should().Be(IceConnectionState.Checking);

        bench.AnswerAll();
        bench.Run(1000);
        bench.Machine.GetPairs(1).Should().OnlyContain(p => p.State == InProgress, "the second checklist runs too");
    }

    /// <summary>Annex D.6, the part with several streams: each entry is foundation, component, priority.</summary>
    [Fact]
    [Rfc("ICE-8445-6.1.2.6-c")] // T8, T9
    [Rfc("ICE-8445-6.1.2.6-d")]
    [Rfc("ICE-8445-7.2.5.3.3-b")] // T7
    public void One_pair_of_each_foundation_waits_in_the_first_checklist_that_has_it()
    {
        using CheckBench bench = ThreeStreams();

        Named(bench, p => p.State != Frozen).Should().Be("f1/1/90 f2/1/70; f3/1/50; f4/1/41");
        bench.Run(175);
        bench.Checks.Select(Name).Should().Equal(["f1/1/90", "f3/1/50", "f4/1/41", "f2/1/70"], (one, other) => one == other, "the streams take turns, each with its best waiting pair");

        bench.Answer(bench.Checks.Single(c => Name(c) == "f1/1/90"));
        Named(bench, p => p.State == Waiting).Should().Be("f1/2/89; f1/1/80; ");
        bench.Answer(bench.Checks.Single(c => Name(c) == "f3/1/50"), error: 400);
        Named(bench, p => p.State == Waiting).Should().Be("f1/2/89; f1/1/80; ", "failure unfreezes nothing");

        bench.Run(100);
        bench.Checks.Skip(4).Select(Name).Should().Equal(["f1/1/80", "f3/1/95"], (one, other) => one == other, "its turn: nothing waits in C, and nothing of f3 is under way any more");
    }

    private static CheckBench ThreeStreams()
    {
        var bench = new CheckBench(NeverNominating, components: 2, streams: 3);
        string[][] lists =
        [
            ["f1/1/90", "f1/2/89", "f2/1/70", "f2/2/69"],
            ["f1/1/80", "f2/1/60", "f3/2/55", "f3/1/50"],
            ["f3/1/95", "f4/1/41", "f4/1/40"],
        ];
        IceDescription description = bench.Description([], streams: 3);
        return bench.Tell(description with
        {
            Streams = [.. description.Streams.Select((s, i) => s with { Candidates = [.. lists[i].Select(e => Entry(i, e))] })],
        });
    }

    // The address says which entry it is: 10.(stream).(foundation).(priority), and the port which component.
    private static IceCandidate Entry(int stream, string entry)
    {
        string[] parts = entry.Split('/');
        int component = parts[1][0] - '0';
        return Candidate($"10.{stream + 2}.{parts[0][1..]}.{parts[2]}", component, foundation: parts[0]) with { Priority = uint.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture) };
    }

    private static string Name(SentDatagram check) => Name(check.To);

    private static string Name(TransportAddress address)
    {
        string[] parts = address.Address.ToString().Split('.');
        return $"f{parts[2]}/{address.Port - 3999}/{parts[3]}";
    }

    private static string Named(CheckBench bench, Func<IceCandidatePairInfo, bool> which) =>
        string.Join("; ", Enumerable.Range(0, 3).Select(s => string.Join(' ', bench.Machine.GetPairs(s).Where(which).Select(p => Name(p.Remote.Address)))));
}
