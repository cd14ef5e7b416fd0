using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Agent.GatherBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Which local addresses become host candidates, and in which order.</summary>
public class LocalAddressTests
{
    [Fact]
    [Rfc("ICE-8445-5.1.1.1-a")]
    [Rfc("ICE-8445-5.1.1.1-f")]
    [Rfc("ICE-8828-5.2-a")]
    public void Every_usable_address_gives_one_host_candidate_a_component_on_a_port_of_its_own()
    {
        GatherBench bench = new GatherBench(null, On("eth0", "10.0.0.5"), On("eth1", "10.0.1.5"), On("eth1", "2001:db8::5")).Gather(components: 2);

        bench.Candidates.Should().HaveCount(6).And.OnlyContain(c => c.Type == IceCandidateType.Host);
        bench.Candidates.Select(c => c.Component).Distinct().Order().Should().Equal(1, 2);
        bench.Candidates.Select(c => c.Address.Port).Should().OnlyHaveUniqueItems();
        bench.Binds.Should().HaveCount(6).And.OnlyContain(b => !b.LocalAddress.Address.IsUnspecified);
        bench.Machine.GatheringState.Should().Be(IceGatheringState.Complete);
    }

    [Theory]
    [Rfc("ICE-8445-5.1.1.1-c")]
    [InlineData(1, new[] { 1 })]
    [InlineData(2, new[] { 1, 2 })]
    public void RTCP_gets_a_candidate_of_its_own_unless_only_mux_is_spoken(int components, int[] expected) =>
        new GatherBench(null, On("eth0", "10.0.0.5")).Gather(components).Candidates.Select(c => c.Component).Should().Equal(expected);

    [Theory]
    [Rfc("ICE-8445-5.1.1.1-g")]
    [Rfc("ICE-8445-5.1.1.1-h")]
    [InlineData("127.0.0.1")]
    [InlineData("127.9.8.7")]
    [InlineData("::1")]
    [InlineData("::10.0.0.1")]
    [InlineData("fec0::1")]
    [InlineData("224.0.0.5")]
    [InlineData("ff02::1")]
    [InlineData("255.255.255.255")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void Some_addresses_never_become_candidates_and_the_report_says_why(string address)
    {
        GatherBench bench = new GatherBench(null, On("eth0", address)).Gather();

        bench.Candidates.Should().BeEmpty();
        bench.Machine.GatheringReport.Should().Contain(o => o.LocalAddress == IpAddress.Parse(address) && o.Result == GatheringResult.Skipped && o.InterfaceName == "eth0");
        bench.Machine.GatheringState.Should().Be(IceGatheringState.Complete);
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.1-g")]
    public void Any_address_of_a_loopback_interface_is_refused_unless_tests_allow_it()
    {
        LocalInterfaceAddress odd = On("lo", "10.9.9.9") with { IsLoopback = true };

        new GatherBench(null, odd).Gather().Candidates.Should().BeEmpty();
        new GatherBench(new IceAgentMachineOptions { AllowLoopback = true }, odd).Gather().Candidates.Should().ContainSingle();
    }

    [Theory]
    [Rfc("ICE-8445-5.1.1.1-i")]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void IPv4_mapped_addresses_are_for_applications_that_speak_IPv6_only(bool allowed, int candidates) =>
        new GatherBench(new IceAgentMachineOptions { AllowIPv4Mapped = allowed }, On("eth0", "::ffff:10.0.0.5")).Gather().Candidates.Should().HaveCount(candidates);

    [Fact]
    [Rfc("ICE-8445-5.1.1.1-j")]
    public void A_trackable_address_beside_a_temporary_one_of_its_prefix_is_not_gathered()
    {
        GatherBench bench = new GatherBench(
            null,
            On("eth0", "2001:db8:1::a00:27ff:fe4e:66a1"),
            Temporary("eth0", "2001:db8:1::1234"),
            On("eth0", "2001:db8:2::a00:27ff:fe4e:66a1"),
            On("eth1", "2001:db8:1::5")).Gather();

        Addresses(bench).Should().BeEquivalentTo("2001:db8:1::1234", "2001:db8:2:0:a00:27ff:fe4e:66a1", "2001:db8:1::5");
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.1-k")]
    public void Link_local_addresses_are_gathered_only_without_a_temporary_one()
    {
        Addresses(new GatherBench(null, On("eth0", "fe80::1"), On("eth0", "2001:db8::5")).Gather()).Should().Contain("fe80::1");
        Addresses(new GatherBench(null, On("eth0", "fe80::1"), Temporary("eth1", "2001:db8::77")).Gather()).Should().Equal("2001:db8::77");
    }

    [Fact]
    public void A_deprecated_address_is_used_only_where_its_network_has_no_other()
    {
        LocalInterfaceAddress old = Temporary("eth0", "2001:db8::1") with { IsDeprecated = true };

        Addresses(new GatherBench(null, old, Temporary("eth0", "2001:db8::2")).Gather()).Should().Equal("2001:db8::2");
        Addresses(new GatherBench(null, old, Temporary("eth1", "2001:db8:9::2")).Gather()).Should().Equal("2001:db8:9::2", "2001:db8::1");
    }

    [Fact]
    [Rfc("ICE-8445-19.1-a")]
    public void A_filter_decides_which_interfaces_and_addresses_are_used()
    {
        var options = new IceAgentMachineOptions { AddressFilter = a => a.InterfaceName == "eth1" };
        GatherBench bench = new GatherBench(options, On("eth0", "10.0.0.5"), On("eth1", "10.0.1.5")).Gather();

        Addresses(bench).Should().Equal("10.0.1.5");
        bench.Machine.GatheringReport.Should().Contain(o => o.InterfaceName == "eth0" && o.Detail.Contains("filter", StringComparison.Ordinal));
    }

    [Fact]
    [Rfc("ICE-8421-4-a")]
    [Rfc("ICE-8421-4-b")]
    [Rfc("ICE-8445-5.1.2.1-g")]
    public void Two_IPv4_and_six_IPv6_addresses_are_intermingled_with_a_head_start_of_four()
    {
        string[] six = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4", "2001:db8::5", "2001:db8::6"];
        GatherBench bench = new GatherBench(null, [On("eth0", "10.0.0.1"), On("eth0", "10.0.0.2"), .. six.Select(a => On("eth0", a))]).Gather();

        ByPriority(bench).Should().Equal([.. six[..4], "10.0.0.1", .. six[4..], "10.0.0.2"]);
    }

    [Theory]
    [Rfc("ICE-8421-4-b")]
    [InlineData(4, 0, "4444")]
    [InlineData(0, 3, "666")]
    [InlineData(1, 1, "64")]
    [InlineData(3, 1, "6444")]
    [InlineData(3, 3, "664644")]
    [InlineData(2, 6, "66664664")]
    public void The_head_start_is_an_integer_of_at_least_one(int v4, int v6, string families) => Families(v4, v6).Should().Be(families);

    [Fact]
    [Rfc("ICE-8421-3-a")]
    [Rfc("ICE-8445-5.1.2.2-c")]
    public void Addresses_of_unreliable_interfaces_come_last_and_are_not_intermingled()
    {
        GatherBench bench = new GatherBench(
            null,
            On("wwan0", "2001:db8:9::1") with { Cost = 900 },
            On("wwan0", "10.9.0.1") with { Cost = 900 },
            On("eth0", "10.0.0.1"),
            On("eth0", "2001:db8::1")).Gather();

        ByPriority(bench).Should().Equal("2001:db8::1", "10.0.0.1", "2001:db8:9::1", "10.9.0.1");
    }

    [Fact]
    public void Inside_a_family_temporary_and_global_addresses_come_first()
    {
        GatherBench bench = new GatherBench(
            null, On("eth0", "fd00::1"), On("eth1", "2001:db8:2::1"), Temporary("eth0", "2001:db8:1::1"), On("eth0", "169.254.3.4"), On("eth0", "10.0.0.1")).Gather();

        ByPriority(bench).Where(a => a.Contains(':', StringComparison.Ordinal)).Should().Equal("2001:db8:1::1", "2001:db8:2::1", "fd00::1");
        ByPriority(bench).Where(a => a.Contains('.', StringComparison.Ordinal)).Should().Equal("10.0.0.1", "169.254.3.4");
    }

    [Fact]
    [Rfc("ICE-8421-5-b")]
    [Rfc("ICE-8421-5-a")]
    [Rfc("ICE-8445-5.1.2.1-f")]
    [Rfc("ICE-8445-5.1.2-c")]
    public void Components_of_one_address_stay_adjacent_and_addresses_differ_in_local_preference()
    {
        GatherBench bench = new GatherBench(null, On("eth0", "10.0.0.1"), On("eth0", "2001:db8::1"), On("eth1", "10.0.1.1")).Gather(components: 2);
        IceCandidate[] ordered = [.. bench.Candidates.OrderByDescending(c => c.Priority)];

        foreach (IceCandidate[] both in ordered.Chunk(2))
        {
            both.Select(c => c.Component).Should().Equal(1, 2);
            both[0].Address.Address.Should().Be(both[1].Address.Address);
            (both[0].Priority - both[1].Priority).Should().Be(1);
        }

        ordered.Where(c => c.Component == 1).Select(c => (c.Priority >> 8) & 0xFFFF).Should().Equal(65535u, 65534u, 65533u);
        ordered.Should().OnlyContain(c => c.Priority == IcePriority.Candidate(c.Type, (int)((c.Priority >> 8) & 0xFFFF), c.Component));
    }

    [Fact]
    [Rfc("ICE-8445-5.1.2.1-e")]
    public void A_single_address_has_the_highest_local_preference() =>
        new GatherBench(null, On("eth0", "10.0.0.1")).Gather().Candidates.Should().ContainSingle().Which.Priority.Should().Be(2130706431);

    [Fact]
    [Rfc("ICE-8445-5.1.1-b")]
    public void The_answering_side_gathers_as_soon_as_it_knows_the_offer()
    {
        GatherBench offerer = new GatherBench(null, On("eth0", "10.0.0.1")).Gather();
        var answerer = new GatherBench(null, On("eth0", "10.0.0.2"));
        answerer.Machine.AddDataStream("audio", 1);

        answerer.Machine.SetRemoteDescription(answerer.Now, offerer.Machine.CreateLocalDescription());

        answerer.Machine.GatheringState.Should().Be(IceGatheringState.Gathering);
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.4-d")]
    public void An_address_that_goes_takes_its_candidate_along_and_one_that_comes_waits_for_the_next_session()
    {
        GatherBench bench = new GatherBench(null, On("eth0", "10.0.0.1"), On("eth1", "10.0.1.1")).Gather();
        bench.Machine.GatheringState.Should().Be(IceGatheringState.Complete);

        bench.Interfaces.RemoveAt(0);
        bench.Interfaces.Add(On("wlan0", "10.0.2.1"));
        bench.Machine.HandleNetworkChange(bench.Now);
        bench.Drain();

        Addresses(bench).Should().Equal("10.0.1.1");
        bench.Events.OfType<LocalCandidateLost>().Should().ContainSingle().Which.Candidate.Address.Address.Should().Be(IpAddress.Parse("10.0.0.1"));
        LocalAddressesChanged changed = bench.Events.OfType<LocalAddressesChanged>().Should().ContainSingle().Subject;
        changed.Added.Should().ContainSingle().Which.InterfaceName.Should().Be("wlan0");
        changed.Removed.Should().ContainSingle().Which.InterfaceName.Should().Be("eth0");
        bench.Closed.Should().ContainSingle();
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.4-d")]
    public void An_address_that_comes_while_gathering_runs_is_gathered()
    {
        // A server that never answers keeps gathering open.
        var options = new IceAgentMachineOptions { Servers = [new IceServerSettings { Kind = IceServerKind.Stun, Host = "192.0.2.1" }] };
        GatherBench bench = new GatherBench(options, On("eth0", "10.0.0.1")).Gather();
        bench.Machine.GatheringState.Should().Be(IceGatheringState.Gathering);

        bench.Interfaces.Add(On("wlan0", "10.0.2.1"));
        bench.Machine.HandleNetworkChange(bench.Now);
        bench.Drain();

        Addresses(bench).Should().BeEquivalentTo("10.0.0.1", "10.0.2.1");
    }

    [Fact]
    public void A_change_that_changes_nothing_is_no_event()
    {
        GatherBench bench = new GatherBench(null, On("eth0", "10.0.0.1")).Gather();

        bench.Machine.HandleNetworkChange(bench.Now);
        bench.Drain();

        bench.Events.OfType<LocalAddressesChanged>().Should().BeEmpty();
        Addresses(bench).Should().Equal("10.0.0.1");
    }

    private static string Families(int v4, int v6)
    {
        GatherBench bench = new GatherBench(
            null,
            [.. Enumerable.Range(1, v4).Select(i => On("eth0", $"10.0.0.{i}")), .. Enumerable.Range(1, v6).Select(i => On("eth0", $"2001:db8::{i}"))]).Gather();
        return string.Concat(ByPriority(bench).Select(a => a.Contains(':', StringComparison.Ordinal) ? '6' : '4'));
    }

    private static IEnumerable<string> Addresses(GatherBench bench) => bench.Candidates.Select(c => c.Address.Address.ToString());

    private static List<string> ByPriority(GatherBench bench) =>
        [.. bench.Candidates.Where(c => c.Component == 1).OrderByDescending(c => c.Priority).Select(c => c.Address.Address.ToString())];
}
