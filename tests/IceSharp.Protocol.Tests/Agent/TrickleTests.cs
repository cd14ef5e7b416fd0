using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Candidates that come one by one (RFC 8838), on one network in virtual time.</summary>
public class TrickleTests
{
    private const string OtherPassword = "OtherPassword0123456789";

    private readonly Wire _wire = new(TimeSpan.FromMilliseconds(10));

    [Fact]
    [Rfc("ICE-8838-4-a")]
    [Rfc("ICE-8838-7-a")]
    [Rfc("ICE-8838-13-f")]
    [Rfc("ICE-8838-9-c")]
    public void Descriptions_without_candidates_are_enough_to_begin_and_no_end_of_candidates_is_needed_to_conclude()
    {
        Wire.Station left = Add("left", ["10.0.1.5"]), right = Add("right", ["10.0.2.7"]);
        IceDescription offer = left.Machine.CreateLocalDescription();
        offer.Streams[0].Candidates.Should().BeEmpty();
        right.Machine.SetRemoteDescription(_wire.Now, offer);
        left.Machine.SetRemoteDescription(_wire.Now, right.Machine.CreateLocalDescription());
        _wire.Run(1);
        left.Machine.State.Should().Be(IceConnectionState.Checking, "an empty checklist is running");

        Gather(left, right);
        Trickle(left, right);
        Trickle(right, left);

        _wire.RunUntil(() => left.Machine.State == IceConnectionState.Completed && right.Machine.State == IceConnectionState.Completed, 2);
        left.Machine.CreateLocalDescription().Streams[0].Candidates.Should().OnlyContain(c => c.Ufrag == offer.Streams[0].Ufrag);
    }

    [Fact]
    [Rfc("ICE-8838-3-a")]
    [Rfc("ICE-8838-5-a")]
    [Rfc("ICE-8838-14-b")]
    public void Peer_without_trickle_has_named_all_its_candidates_with_its_description()
    {
        Wire.Station left = Gathered("left", ["10.0.1.5"]);
        left.Machine.SetRemoteDescription(_wire.Now, Peer() with { Options = ["ice2"] });

        left.Machine.AddRemoteCandidate(_wire.Now, 0, Host("10.0.2.7"));
        left.Drain();

        left.Machine.GetPairs(0).Should().BeEmpty();
        left.Events.OfType<RemoteCandidateIgnored>().Should().ContainSingle().Which.Reason.Should().Contain("after the end of candidates");
    }

    [Fact]
    [Rfc("ICE-8838-3-b")]
    [Rfc("ICE-8840-4-a")]
    [Rfc("ICE-8840-4.1.1-b")]
    [Rfc("ICE-8839-10.2-a")]
    [Rfc("ICE-8839-4.3.1-b")]
    [Rfc("ICE-8839-5.4-b")]
    public void Trickle_stands_at_session_level_and_every_section_has_its_mid()
    {
        Wire.Station left = Gathered("left", ["10.0.1.5"], 1, 2);
        string sdp = left.Machine.CreateLocalDescription().ToSdp();
        string session = sdp[..sdp.IndexOf("m=", StringComparison.Ordinal)];

        session.Should().Contain("a=ice-options:ice2 trickle\r\n").And.Contain("a=ice-pacing:50\r\n");
        sdp[session.Length..].Should().NotContain("ice-options");
        sdp.Split("m=audio").Skip(1).Should().HaveCount(2).And.OnlyContain(s => s.Contains("a=mid:", StringComparison.Ordinal));
        left.Machine.CreateLocalDescription().Options.Should().OnlyContain(tag => tag.Length <= 20);
        left.Machine.CreateLocalDescription().Streams.Should().OnlyContain(s => s.Ufrag.Length >= 4 && s.Ufrag.Length <= 32);
    }

    [Fact]
    [Rfc("ICE-8838-8-a")]
    public void Checklist_keeps_running_while_candidates_may_still_come()
    {
        Wire.Station left = Gathered("left", ["10.0.1.5"], new IceAgentMachineOptions { Retransmission = new StunRetransmissionSettings { MaxTransmissions = 2, FinalTimeoutFactor = 1 } });
        left.Machine.SetRemoteDescription(_wire.Now, Peer());
        left.Machine.AddRemoteCandidate(_wire.Now, 0, Host("10.0.9.9"));
        _wire.RunUntil(() => left.Machine.GetPairs(0).All(p => p.State == IceCandidatePairState.Failed), 30);
        left.Machine.State.Should().Be(IceConnectionState.Checking);

        Wire.Station right = Gathered("right", ["10.0.2.7"]);
        right.Machine.SetRemoteDescription(_wire.Now, left.Machine.CreateLocalDescription());
        _wire.Now.Should().BeLessThan(MonotonicTime.Zero + TimeSpan.FromSeconds(30));
        left.Machine.AddRemoteCandidate(_wire.Now, 0, right.Machine.CreateLocalDescription().Streams[0].Candidates[0] with { Ufrag = null });
        left.Machine.GetPairs(0).Should().HaveCount(2).And.Contain(p => p.State == IceCandidatePairState.Waiting || p.State == IceCandidatePairState.InProgress);
    }

    [Fact]
    [Rfc("ICE-8838-8-b")]
    public void Empty_checklist_costs_no_slot()
    {
        Wire.Station left = Gathered("left", ["10.0.1.5", "10.0.1.6", "10.0.1.7"], 1, 1);
        IceDescription peer = Peer(1, 1);
        left.Machine.SetRemoteDescription(_wire.Now, peer with { Streams = [peer.Streams[0], peer.Streams[1] with { Candidates = [Host("10.0.2.7", foundation: "a"), Host("10.0.2.8", foundation: "b")] }] });
        _wire.Trace.Clear();
        _wire.Run(0.3);

        _wire.Trace.Select(f => (f.At - MonotonicTime.Zero).TotalMilliseconds).Take(6).Should().Equal(0, 50, 100, 150, 200, 250);
    }

    [Fact]
    [Rfc("ICE-8838-9-b")]
    [Rfc("ICE-8838-10-a")] // T30
    [Rfc("ICE-8838-17-a")]
    public void Candidates_are_told_once_in_order_before_they_are_paired_and_before_the_end()
    {
        Wire.Station left = Add("left", ["10.0.1.5", "10.0.1.6"], 2);
        left.Machine.SetRemoteDescription(_wire.Now, Peer(2) with { Streams = [Peer(2).Streams[0] with { Candidates = [Host("10.0.2.7"), Host("10.0.2.7", component: 2)] }] });
        Gather(left);

        List<IceAgentEvent> events = left.Events;
        IceCandidate[] told = [.. events.OfType<LocalCandidateFound>().Select(e => e.Candidate)];
        told.Should().HaveCount(4).And.OnlyHaveUniqueItems();
        left.Machine.CreateLocalDescription().Streams[0].Candidates.Should().Equal(told);
        events.FindLastIndex(e => e is LocalCandidateFound).Should().BeLessThan(events.FindIndex(e => e is GatheringStateChanged { State: IceGatheringState.Complete }));
        foreach (PairStateChanged change in events.OfType<PairStateChanged>().ToArray())
        {
            events.FindIndex(e => e is LocalCandidateFound found && found.Candidate == change.Pair.Local).Should().BeInRange(0, events.IndexOf(change));
        }

        told.GroupBy(c => c.Foundation).Should().OnlyContain(g => g.Select(c => c.Component).SequenceEqual(g.Select(c => c.Component).Order()));
    }

    [Fact]
    [Rfc("ICE-8838-10-b")]
    [Rfc("ICE-8838-11-a")]
    public void Candidates_of_one_side_wait_for_those_of_the_other()
    {
        Wire.Station left = Add("left", ["10.0.1.5"]);
        left.Machine.SetRemoteDescription(_wire.Now, Peer());
        left.Machine.AddRemoteCandidate(_wire.Now, 0, Host("10.0.2.7"));
        left.Machine.GetPairs(0).Should().BeEmpty("there is no local candidate");
        Gather(left);
        left.Machine.GetPairs(0).Should().ContainSingle();

        Wire.Station right = Gathered("right", ["10.0.2.7"]);
        right.Machine.SetRemoteDescription(_wire.Now, Peer());
        right.Machine.GetPairs(0).Should().BeEmpty("there is no remote candidate");
        right.Machine.AddRemoteCandidate(_wire.Now, 0, Host("10.0.1.5", component: 2));
        right.Machine.GetPairs(0).Should().BeEmpty("it is another component's");
    }

    [Fact]
    [Rfc("ICE-8838-10-d")] // T29
    [Rfc("ICE-8838-11-c")]
    [Rfc("ICE-8838-11-d")]
    public void Pair_under_way_stays_as_it_is_when_its_candidate_is_signalled_again()
    {
        Wire.Station left = Gathered("left", ["10.0.1.5"]), right = Gathered("right", ["10.0.2.7"]);
        right.Machine.SetRemoteDescription(_wire.Now, left.Machine.CreateLocalDescription());
        IceDescription answer = right.Machine.CreateLocalDescription();
        left.Machine.SetRemoteDescription(_wire.Now, answer with { Streams = [answer.Streams[0] with { Candidates = [], EndOfCandidates = false }] });
        _wire.RunUntil(() => left.Machine.GetPairs(0).Count == 1 && left.Machine.GetPairs(0)[0].State != IceCandidatePairState.Waiting, 1);
        IceCandidatePairInfo before = left.Machine.GetPairs(0)[0];
        before.Remote.Type.Should().Be(IceCandidateType.PeerReflexive);

        left.Machine.AddRemoteCandidate(_wire.Now, 0, answer.Streams[0].Candidates[0]);

        IceCandidatePairInfo after = left.Machine.GetPairs(0).Should().ContainSingle().Subject;
        after.State.Should().Be(before.State);
        after.Priority.Should().Be(before.Priority, "the peer computed it with the priority it showed in its check");
        after.Remote.Type.Should().Be(IceCandidateType.Host);
    }

    [Fact]
    [Rfc("ICE-8838-10-e")]
    [Rfc("ICE-8838-11-e")]
    public void Full_checklist_gives_up_failed_pairs_then_pairs_of_lower_priority()
    {
        Wire.Station left = Gathered("left", ["10.0.1.5"], new IceAgentMachineOptions
        {
            MaxCandidatePairs = 3,
            Retransmission = new StunRetransmissionSettings { MaxTransmissions = 1, FinalTimeoutFactor = 1 },
        });
        left.Machine.SetRemoteDescription(_wire.Now, Peer());
        left.Machine.AddRemoteCandidate(_wire.Now, 0, Host("10.0.9.9", priority: 2_000_000_000));
        _wire.RunUntil(() => left.Machine.GetPairs(0)[0].State == IceCandidatePairState.Failed, 30);
        uint[] waiting = [300, 100]; // the first of them is checked at once and stays
        foreach (uint priority in waiting)
        {
            left.Machine.AddRemoteCandidate(_wire.Now, 0, Host($"10.0.3.{priority / 100}", foundation: $"f{priority}", priority: priority));
        }

        uint[] Priorities() => [.. left.Machine.GetPairs(0).Select(p => p.Remote.Priority)];
        Priorities().Should().Equal(2_000_000_000, 300, 100);
        left.Machine.AddRemoteCandidate(_wire.Now, 0, Host("10.0.3.2", foundation: "f200", priority: 200));
        Priorities().Should().Equal([300, 200, 100], "the failed pair goes first, whatever its priority");
        left.Machine.AddRemoteCandidate(_wire.Now, 0, Host("10.0.3.4", foundation: "f400", priority: 400));
        Priorities().Should().Equal([400, 300, 200], "the lowest goes next");
        left.Machine.AddRemoteCandidate(_wire.Now, 0, Host("10.0.3.5", foundation: "f50", priority: 50));
        Priorities().Should().Equal([400, 300, 200], "a new one of lower priority is not added");
    }

    [Fact]
    [Rfc("ICE-8838-12-a")]
    [Rfc("ICE-8838-12-b")]
    [Rfc("ICE-8838-12-c")]
    public void New_pair_waits_when_it_is_first_of_its_foundation_or_the_foundation_is_proven_and_is_frozen_otherwise()
    {
        Wire.Station left = Gathered("left", ["10.0.1.5"], new IceAgentMachineOptions { Role = IceRole.Controlled }, 2);
        Wire.Station right = Gathered("right", ["10.0.2.7"], new IceAgentMachineOptions { Role = IceRole.Controlling }, 2);
        right.Machine.SetRemoteDescription(_wire.Now, left.Machine.CreateLocalDescription());
        IceDescription answer = right.Machine.CreateLocalDescription();
        IceCandidate[] theirs = [.. answer.Streams[0].Candidates];
        left.Machine.SetRemoteDescription(_wire.Now, answer with { Streams = [answer.Streams[0] with { Candidates = [], EndOfCandidates = false }] });
        _wire.Loses = _ => true;

        StateOfNew(left, theirs[0]).Should().BeOneOf(IceCandidatePairState.Waiting, IceCandidatePairState.InProgress);
        IceCandidate same = Host("10.0.2.8", foundation: theirs[0].Foundation, priority: 2_000_000_000);
        StateOfNew(left, same).Should().Be(IceCandidatePairState.Frozen, "another pair of its foundation is under way, in its place");
        StateOfNew(left, theirs[1]).Should().Be(IceCandidatePairState.Frozen, "component 1 has the foundation");

        _wire.Loses = f => f.Destination.Address == IpAddress.Parse("10.0.2.8") || (f.From == "right" && f.Bytes[0] == 0);
        _wire.RunUntil(() => left.Machine.GetPairs(0).Any(p => p.State == IceCandidatePairState.Succeeded), 5);
        StateOfNew(left, Host("10.0.2.9", foundation: theirs[0].Foundation, priority: 1_000_000_000)).Should()
            .BeOneOf([IceCandidatePairState.Waiting, IceCandidatePairState.InProgress], "its foundation is proven");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Rfc("ICE-8838-12-d")]
    public void Candidates_that_all_come_before_the_first_check_leave_the_states_of_regular_ice(int seed)
    {
        IceCandidate[] theirs =
        [
            .. from component in new[] { 1, 2 }
               from foundation in new[] { "a", "b", "c" }
               select Host($"10.0.2.{10 + foundation[0] - 'a'}", component, foundation, 2_000_000_000u - (uint)component - (uint)((foundation[0] - 'a') * seed * 1000)),
        ];
        IceDescription peer = Peer(2);
        Wire.Station regular = Add("regular", ["10.0.1.5", "10.0.1.6"], 2), trickled = Add("trickled", ["10.0.1.5", "10.0.1.6"], 2);
        Gather(regular, trickled);
        regular.Machine.SetRemoteDescription(_wire.Now, peer with { Streams = [peer.Streams[0] with { Candidates = theirs }] });
        trickled.Machine.SetRemoteDescription(_wire.Now, peer);

        // The first check leaves at once: until then it is one description, cut into candidates in the order of RFC 8838 §17.
        foreach (IceCandidate candidate in theirs)
        {
            trickled.Machine.AddRemoteCandidate(_wire.Now, 0, candidate);
        }

        _wire.Run(2);
        States(trickled).Should().Equal(States(regular));
    }

    [Fact]
    [Rfc("ICE-8838-13-b")]
    [Rfc("ICE-8838-13-e")]
    [Rfc("ICE-8838-16-a")]
    [Rfc("ICE-8838-13-a")]
    public void Half_trickle_has_the_end_of_candidates_in_the_first_description_and_any_fragment_names_the_generation()
    {
        Wire.Station left = Gathered("left", ["10.0.1.5"]);
        IceDescription offer = left.Machine.CreateLocalDescription();

        offer.Options.Should().Contain("trickle");
        offer.Streams[0].EndOfCandidates.Should().BeTrue();
        offer.Streams[0].Candidates.Should().ContainSingle();
        offer.ToFragment().ToSdp().Should().Contain($"a=ice-ufrag:{offer.Streams[0].Ufrag}\r\na=ice-pwd:{offer.Streams[0].Password}\r\n").And.EndWith("a=end-of-candidates\r\n");

        Wire.Station silent = Add("silent", []);
        silent.Machine.StartGathering(_wire.Now);
        silent.Machine.CreateLocalDescription().Streams[0].EndOfCandidates.Should().BeFalse("gathering goes on");
    }

    [Fact]
    [Rfc("ICE-8838-14-a")]
    public void End_of_candidates_is_evaluated_at_once()
    {
        Wire.Station left = Gathered("left", ["10.0.1.5"], 2), right = Gathered("right", ["10.0.2.7"], 1);
        right.Machine.SetRemoteDescription(_wire.Now, left.Machine.CreateLocalDescription());
        IceDescription answer = right.Machine.CreateLocalDescription();
        left.Machine.SetRemoteDescription(_wire.Now, answer with { Streams = [answer.Streams[0] with { EndOfCandidates = false }] });
        _wire.Run(2);
        left.Machine.State.Should().NotBe(IceConnectionState.Completed, "the peer may still name candidates for component 2");

        left.Machine.EndRemoteCandidates(_wire.Now, 0);

        left.Machine.State.Should().Be(IceConnectionState.Completed);
    }

    [Fact]
    [Rfc("ICE-8838-14-c")] // T31
    public void Addresses_are_learnt_from_checks_after_the_end_of_candidates()
    {
        Wire.Station left = Gathered("left", ["10.0.1.5"]), right = Gathered("right", ["10.0.2.7"]);
        right.Machine.SetRemoteDescription(_wire.Now, left.Machine.CreateLocalDescription());
        IceDescription answer = right.Machine.CreateLocalDescription();

        left.Machine.SetRemoteDescription(_wire.Now, answer with { Streams = [answer.Streams[0] with { Candidates = [], EndOfCandidates = true }] });

        _wire.RunUntil(() => left.Machine.State == IceConnectionState.Completed, 2);
        left.Machine.GetRoute(0, 1)!.Pair.Remote.Type.Should().Be(IceCandidateType.PeerReflexive);
    }

    [Fact]
    [Rfc("ICE-8840-4.4-a")]
    [Rfc("ICE-8840-8.2-a")]
    [Rfc("ICE-8840-4.4-b")]
    public void Fragment_counts_for_its_generation_only_and_repeats_change_nothing()
    {
        Wire.Station left = Gathered("left", ["10.0.1.5"]);
        IceDescription peer = Peer();
        left.Machine.SetRemoteDescription(_wire.Now, peer);
        IceFragment fragment = (peer with { Streams = [peer.Streams[0] with { Candidates = [Host("10.0.2.7"), Host("10.0.2.8", foundation: "b")], EndOfCandidates = true }] }).ToFragment();
        IceFragment stale = fragment with { Streams = [fragment.Streams[0] with { Password = OtherPassword }] };
        left.Drain();

        left.Machine.AddRemoteFragment(_wire.Now, stale);
        left.Machine.AddRemoteFragment(_wire.Now, stale with { Ufrag = "gone", Password = OtherPassword, EndOfCandidates = true, Streams = [] });
        left.Machine.GetPairs(0).Should().BeEmpty();
        left.Drain();
        left.Events.OfType<RemoteCandidateIgnored>().Should().HaveCount(2).And.OnlyContain(e => e.Reason.Contains("another generation", StringComparison.Ordinal));

        left.Machine.AddRemoteFragment(_wire.Now, fragment with { Streams = [fragment.Streams[0] with { Candidates = [.. fragment.Streams[0].Candidates.Take(1)], EndOfCandidates = false }] });
        left.Machine.AddRemoteFragment(_wire.Now, fragment);
        left.Machine.AddRemoteFragment(_wire.Now, fragment);
        left.Machine.GetStatistics(_wire.Now).Streams[0].Candidates.Where(c => !c.IsLocal).Select(c => c.Candidate.Address.Address.ToString()).Should().Equal("10.0.2.7", "10.0.2.8");
        left.Drain();
        left.Events.OfType<RemoteCandidateIgnored>().Should().HaveCount(2, "a repeat is no fault");

        left.Machine.AddRemoteFragment(_wire.Now, fragment with { Streams = [fragment.Streams[0] with { Candidates = [Host("10.0.2.9", foundation: "c")] }] });
        left.Machine.AddRemoteFragment(_wire.Now, fragment with { Streams = [fragment.Streams[0] with { Mid = "nobody" }] });
        left.Drain();
        left.Events.OfType<RemoteCandidateIgnored>().Should().HaveCount(3).And.Contain(e => e.Reason.Contains("after the end", StringComparison.Ordinal));
    }

    [Fact]
    [Rfc("ICE-8840-4.4-a")]
    public void Fragments_that_come_before_the_description_are_kept_for_its_generation()
    {
        Wire.Station left = Gathered("left", ["10.0.1.5"]);
        IceDescription peer = Peer();
        IceFragment fragment = (peer with { Streams = [peer.Streams[0] with { Candidates = [Host("10.0.2.7") with { Ufrag = peer.Streams[0].Ufrag }], EndOfCandidates = true }] }).ToFragment();
        left.Machine.AddRemoteFragment(_wire.Now, fragment with { Streams = [fragment.Streams[0] with { Ufrag = "gone", Candidates = [Host("10.0.2.8") with { Ufrag = "gone" }] }] });
        left.Machine.AddRemoteFragment(_wire.Now, fragment);

        left.Machine.SetRemoteDescription(_wire.Now, peer);

        left.Machine.GetPairs(0).Should().ContainSingle().Which.Remote.Address.Address.Should().Be(IpAddress.Parse("10.0.2.7"));
        left.Machine.AddRemoteCandidate(_wire.Now, 0, Host("10.0.2.9"));
        left.Machine.GetPairs(0).Should().ContainSingle("the end of candidates was kept too");
    }

    [Fact]
    [Rfc("ICE-8840-4.4-c")]
    [Rfc("ICE-8840-3.2-a")]
    public void Each_fragment_and_each_description_repeats_what_was_sent_before_in_the_same_order()
    {
        Wire.Station left = Add("left", ["10.0.1.5", "10.0.1.6", "10.0.1.7"]);
        var fragments = new List<IceFragment>();
        left.OnEvent = fact =>
        {
            if (fact is LocalCandidateFound)
            {
                fragments.Add(left.Machine.CreateLocalDescription().ToFragment());
            }
        };
        Gather(left);

        fragments.Should().HaveCount(3);
        IceCandidate[] all = [.. left.Machine.CreateLocalDescription().Streams[0].Candidates];
        foreach (IceFragment fragment in fragments)
        {
            fragment.Streams[0].Candidates.Should().Equal(all.Take(fragment.Streams[0].Candidates.Count));
        }

        fragments[^1].Streams[0].Candidates.Should().HaveCount(3);
    }

    private IceCandidatePairState StateOfNew(Wire.Station station, IceCandidate candidate)
    {
        station.Machine.AddRemoteCandidate(_wire.Now, 0, candidate);
        return station.Machine.GetPairs(0).Should().ContainSingle(p => p.Remote.Address == candidate.Address && p.Remote.Component == candidate.Component).Subject.State;
    }

    private static string[] States(Wire.Station station) =>
        [.. station.Machine.GetPairs(0).Select(p => $"{p.Local.Address.Address} {p.Local.Component} {p.Remote.Address.Address} {p.State}")];

    private void Trickle(Wire.Station from, Wire.Station to)
    {
        foreach (IceCandidate candidate in from.Machine.CreateLocalDescription().Streams[0].Candidates)
        {
            to.Machine.AddRemoteCandidate(_wire.Now, 0, candidate);
        }
    }

    private static IceCandidate Host(string address, int component = 1, string foundation = "a", uint priority = 2_130_706_431) => new()
    {
        Foundation = foundation,
        Component = component,
        Priority = priority,
        Address = new TransportAddress(IpAddress.Parse(address), (ushort)(6000 + component)),
        Type = IceCandidateType.Host,
    };

    /// <summary>A peer that trickles and has named no candidate, with as many streams as numbers of components are given.</summary>
    private static IceDescription Peer(params int[] components) => new()
    {
        Options = ["ice2", "trickle"],
        Streams = [.. Enumerable.Range(0, Math.Max(1, components.Length)).Select(i => new IceStreamDescription { Mid = $"{i}", Ufrag = $"peer{i}", Password = "Zq3rT8yPw0nXk2LmB7vDcE" })],
    };

    private void Gather(params Wire.Station[] stations)
    {
        foreach (Wire.Station station in stations)
        {
            station.Machine.StartGathering(_wire.Now);
            station.Drain();
        }
    }

    private Wire.Station Gathered(string name, string[] addresses, params int[] components) => Gathered(name, addresses, new IceAgentMachineOptions(), components);

    private Wire.Station Gathered(string name, string[] addresses, IceAgentMachineOptions options, params int[] components)
    {
        Wire.Station station = Add(name, addresses, options, components);
        Gather(station);
        return station;
    }

    private Wire.Station Add(string name, string[] addresses, params int[] components) => Add(name, addresses, new IceAgentMachineOptions(), components);

    private Wire.Station Add(string name, string[] addresses, IceAgentMachineOptions options, params int[] components)
    {
        Wire.Station station = _wire.Add(name, options, addresses);
        foreach ((int index, int count) in (components.Length == 0 ? [1] : components).Index())
        {
            station.Machine.AddDataStream($"{index}", count);
        }

        return station;
    }
}
