using IceSharp.Protocol;
using IceSharp.Protocol.Nat;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Nats;

/// <summary>The probe names what the virtual NATs do, from outside of them.</summary>
public sealed class ProbeNamesNatsTests
{
    private const string NatAddress = "203.0.113.5";

    private readonly VirtualNetwork _network = new(11);
    private readonly VirtualStunTurnServer _server;

    public ProbeNamesNatsTests() => _server = _network.AddBehaviorServer("stun", "192.0.2.10", "192.0.2.11");

    public static TheoryData<NatMappingBehaviour, NatFilteringBehaviour, NatPortAllocation, bool> Kinds
    {
        get
        {
            TheoryData<NatMappingBehaviour, NatFilteringBehaviour, NatPortAllocation, bool> kinds = [];
            foreach (NatMappingBehaviour mapping in Enum.GetValues<NatMappingBehaviour>())
            {
                foreach (NatFilteringBehaviour filtering in Enum.GetValues<NatFilteringBehaviour>())
                {
                    foreach (NatPortAllocation ports in Enum.GetValues<NatPortAllocation>())
                    {
                        kinds.Add(mapping, filtering, ports, false);
                        kinds.Add(mapping, filtering, ports, true);
                    }
                }
            }

            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    [Rfc("NAT-5780-4.3-a")]
    [Rfc("NAT-5780-4.4-a")]
    [Rfc("ICE-4787-4.1-a")]
    [Rfc("ICE-4787-5-a")]
    public void Every_kind_of_nat_is_named(NatMappingBehaviour mapping, NatFilteringBehaviour filtering, NatPortAllocation ports, bool preservesParity)
    {
        NatReport report = Probe(new NatBehaviour { Mapping = mapping, Filtering = filtering, PortAllocation = ports, PreservesParity = preservesParity });

        report.Outcome.Should().Be(NatProbeOutcome.Completed);
        report.Mapping.ToString().Should().Be(mapping.ToString(), report.ToString());
        report.Filtering.ToString().Should().Be(filtering.ToString(), report.ToString());
        report.MappedAddress!.Value.Address.Should().Be(IpAddress.Parse(NatAddress));
        report.Hairpinning.Should().Be(NatObservation.No);
        report.ApplicationLayerGateway.Should().Be(NatObservation.No);
    }

    // A NAT that maps and filters by address and port gives what goes to a hairpin's other end another port than the one known: nothing gets in.
    public static TheoryData<NatHairpinning, NatMappingBehaviour, NatFilteringBehaviour, NatObservation> Hairpins => new()
    {
        { NatHairpinning.None, NatMappingBehaviour.EndpointIndependent, NatFilteringBehaviour.EndpointIndependent, NatObservation.No },
        { NatHairpinning.ExternalSource, NatMappingBehaviour.EndpointIndependent, NatFilteringBehaviour.EndpointIndependent, NatObservation.Yes },
        { NatHairpinning.ExternalSource, NatMappingBehaviour.EndpointIndependent, NatFilteringBehaviour.AddressDependent, NatObservation.Yes },
        { NatHairpinning.ExternalSource, NatMappingBehaviour.EndpointIndependent, NatFilteringBehaviour.AddressAndPortDependent, NatObservation.Yes },
        { NatHairpinning.InternalSource, NatMappingBehaviour.EndpointIndependent, NatFilteringBehaviour.EndpointIndependent, NatObservation.Yes },
        { NatHairpinning.ExternalSource, NatMappingBehaviour.AddressAndPortDependent, NatFilteringBehaviour.EndpointIndependent, NatObservation.Yes },
        { NatHairpinning.ExternalSource, NatMappingBehaviour.AddressAndPortDependent, NatFilteringBehaviour.AddressAndPortDependent, NatObservation.No },
    };

    [Theory]
    [MemberData(nameof(Hairpins))]
    [Rfc("NAT-5780-3.4-a")]
    public void Hairpinning_is_seen_with_the_source_it_shows(NatHairpinning hairpinning, NatMappingBehaviour mapping, NatFilteringBehaviour filtering, NatObservation expected)
    {
        NatReport report = Probe(
            new NatBehaviour { Hairpinning = hairpinning, Mapping = mapping, Filtering = filtering }, tests: NatProbeTests.Hairpinning);

        report.Hairpinning.Should().Be(expected, report.ToString());
        NatTestRecord last = report.Evidence[^1];
        IpAddress? shown = last.ResponseSource?.Address;
        shown.Should().Be(expected == NatObservation.No ? null : IpAddress.Parse(hairpinning == NatHairpinning.ExternalSource ? NatAddress : "10.0.0.5"));
        (last.ReceivedOn == last.LocalAddress).Should().BeFalse();
    }

    [Theory]
    [InlineData(30, 5)]
    [InlineData(60, 2)]
    [InlineData(120, 10)]
    [InlineData(300, 15)]
    [Rfc("NAT-5780-4.6-a")]
    public void The_binding_lifetime_is_found_within_the_resolution(int seconds, int resolution)
    {
        foreach (NatBehaviour nat in new[] { NatBehaviour.FullCone, NatBehaviour.PortRestrictedCone, NatBehaviour.Symmetric })
        {
            VirtualNetwork network = new(5);
            VirtualStunTurnServer server = network.AddBehaviorServer("stun", "192.0.2.10", "192.0.2.11");
            NatReport report = Probe(
                nat with { MappingLifetime = TimeSpan.FromSeconds(seconds) }, network, server, NatProbeTests.BindingLifetime, TimeSpan.FromSeconds(resolution));

            report.BindingLifetime.Should().Be(NatObservation.Yes, report.ToString());
            report.LifetimeAtLeast!.Value.TotalSeconds.Should().BeLessThanOrEqualTo(seconds).And.BeGreaterThanOrEqualTo(seconds - resolution - 1);
            report.LifetimeLessThan!.Value.TotalSeconds.Should().BeGreaterThan(seconds - 1).And.BeLessThanOrEqualTo(seconds + resolution + 1);
            report.Summary.Should().Contain("idle mapping");
        }
    }

    [Theory]
    [InlineData("full cone", NatMappingType.EndpointIndependent, NatFilteringType.EndpointIndependent)]
    [InlineData("address restricted", NatMappingType.EndpointIndependent, NatFilteringType.AddressDependent)]
    [InlineData("port restricted", NatMappingType.EndpointIndependent, NatFilteringType.AddressAndPortDependent)]
    [InlineData("symmetric", NatMappingType.AddressAndPortDependent, NatFilteringType.AddressAndPortDependent)]
    [InlineData("carrier grade", NatMappingType.EndpointIndependent, NatFilteringType.EndpointIndependent)]
    public void Presets_are_what_their_names_say(string preset, NatMappingType mapping, NatFilteringType filtering)
    {
        NatReport report = Probe(preset switch
        {
            "full cone" => NatBehaviour.FullCone,
            "address restricted" => NatBehaviour.AddressRestrictedCone,
            "port restricted" => NatBehaviour.PortRestrictedCone,
            "symmetric" => NatBehaviour.Symmetric,
            _ => NatBehaviour.CarrierGrade,
        });

        (report.Mapping, report.Filtering).Should().Be((mapping, filtering));
        report.Hairpinning.Should().Be(preset == "carrier grade" ? NatObservation.Yes : NatObservation.No);
    }

    // Behind two NATs the probe names what both together do: the more restrictive of each.
    [Fact]
    public void Two_nats_in_a_row_are_named_by_the_stricter_one()
    {
        Nat carrier = _network.AddNat("carrier", NatBehaviour.Symmetric with { Filtering = NatFilteringBehaviour.EndpointIndependent }, NatAddress);
        Nat home = _network.AddNat("home", NatBehaviour.AddressRestrictedCone, "100.64.0.2", carrier.Inside);

        NatReport report = Run(_network.AddHost("host", "10.0.0.5", home.Inside), _server.Address, NatProbeTests.Mapping | NatProbeTests.Filtering, null);

        (report.Mapping, report.Filtering).Should().Be((NatMappingType.AddressAndPortDependent, NatFilteringType.AddressDependent));
    }

    // A generic ALG rewrites MAPPED-ADDRESS in responses and cannot see through XOR-MAPPED-ADDRESS.
    [Fact]
    [Rfc("ICE-4787-7-a")]
    [Rfc("NAT-5780-3.6-a")]
    public void A_generic_alg_gives_itself_away_and_the_xored_address_survives()
    {
        NatReport report = Probe(NatBehaviour.PortRestrictedCone with { RewritesPayloads = true });

        report.ApplicationLayerGateway.Should().Be(NatObservation.Yes, report.ToString());
        report.MappedAddress!.Value.Address.Should().Be(IpAddress.Parse(NatAddress));
    }

    [Fact]
    public void Without_a_nat_the_local_address_is_seen_and_everybody_gets_in()
    {
        NatReport report = Run(_network.AddHost("host", "198.51.100.5"), _server.Address, NatProbeTests.Mapping | NatProbeTests.Filtering | NatProbeTests.Hairpinning, null);

        report.Mapping.Should().Be(NatMappingType.NoNat);
        report.Filtering.Should().Be(NatFilteringType.EndpointIndependent);
        report.Hairpinning.Should().Be(NatObservation.NotTestable);
        report.Summary.Should().StartWith("There is no NAT");
    }

    [Fact]
    public void A_host_without_udp_learns_that_after_one_transaction()
    {
        _network.DropRule = (_, _, _, _) => true;
        MonotonicTime start = _network.Now;

        NatReport report = Probe(NatBehaviour.FullCone);

        report.Outcome.Should().Be(NatProbeOutcome.NoConnectivity);
        report.Mapping.Should().Be(NatMappingType.NoConnectivity);
        (_network.Now - start).Should().Be(TimeSpan.FromSeconds(39.5));
    }

    [Fact]
    public void A_plain_server_leaves_mapping_and_filtering_open()
    {
        VirtualStunTurnServer plain = _network.AddServer("plain", "192.0.2.20");
        Nat nat = _network.AddNat("nat", NatBehaviour.Symmetric, NatAddress);

        NatReport report = Run(_network.AddHost("host", "10.0.0.5", nat.Inside), plain.Address, NatProbeTests.Mapping | NatProbeTests.Filtering, null);

        report.Mapping.Should().Be(NatMappingType.NotSupportedByServer);
        report.Filtering.Should().Be(NatFilteringType.NotSupportedByServer);
    }

    [Fact]
    public void Lost_datagrams_do_not_change_what_is_named()
    {
        Nat nat = _network.AddNat("nat", NatBehaviour.AddressRestrictedCone, NatAddress);
        VirtualHost host = _network.AddHost("host", "10.0.0.5", nat.Inside, new LinkOptions { Loss = 0.2, Delay = TimeSpan.FromMilliseconds(40), Jitter = TimeSpan.FromMilliseconds(20) });

        NatReport report = Run(host, _server.Address, NatProbeTests.Mapping | NatProbeTests.Filtering, null);

        report.Mapping.Should().Be(NatMappingType.EndpointIndependent);
        report.Filtering.Should().Be(NatFilteringType.AddressDependent);
    }

    private static NatReport Run(VirtualHost host, TransportAddress server, NatProbeTests tests, TimeSpan? resolution)
    {
        using VirtualProbe probe = new(host, new NatProbeSettings
        {
            Servers = [server],
            LocalAddress = host.Address,
            Tests = tests,
            LifetimeResolution = resolution ?? TimeSpan.FromSeconds(15),
        });
        return probe.Run(TimeSpan.FromHours(6));
    }

    private static NatReport Probe(NatBehaviour behaviour, VirtualNetwork network, VirtualStunTurnServer server, NatProbeTests tests, TimeSpan? resolution)
    {
        Nat nat = network.AddNat("nat", behaviour, NatAddress);
        return Run(network.AddHost("host", "10.0.0.5", nat.Inside), server.Address, tests, resolution);
    }

    private NatReport Probe(
        NatBehaviour behaviour,
        NatProbeTests tests = NatProbeTests.Mapping | NatProbeTests.Filtering | NatProbeTests.Hairpinning) =>
        Probe(behaviour, _network, _server, tests, null);
}
