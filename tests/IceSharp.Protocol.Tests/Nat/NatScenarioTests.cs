using System.Text.Json;
using IceSharp.Protocol.Nat;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Nat;

/// <summary>The scenarios of nat-behavior.json, step by step as RFC 5780 §4.3 and §4.4 have them.</summary>
public sealed class NatScenarioTests
{
    private static readonly IReadOnlyDictionary<string, JsonElement> Scenarios = VectorFile.ById("nat-behavior.json", "scenarios");

    public static TheoryData<string> Ids => VectorFile.Theory(Scenarios.Keys);

    [Theory]
    [MemberData(nameof(Ids))]
    [Rfc("NAT-5780-4.3-a")]
    [Rfc("NAT-5780-4.4-a")]
    [Rfc("NAT-5780-3.6-a")]
    public void A_scenario_makes_its_steps_and_comes_to_its_findings(string id)
    {
        JsonElement scenario = Scenarios[id];
        JsonElement expected = scenario.GetProperty("expected");
        JsonElement[] steps = [.. scenario.GetProperty("steps").EnumerateArray()];
        NatProbeTests tests = expected.OptionalText("filtering") is null ? NatProbeTests.Mapping : NatProbeTests.Mapping | NatProbeTests.Filtering;
        NatProbeSettings settings = new()
        {
            Servers = [TransportAddress.Parse(steps[0].Text("destination"))],
            LocalAddress = TransportAddress.Parse(scenario.Text("localAddress")).Address,
            Tests = tests,
        };
        using ProbeBench bench = new(settings, request => Answer(scenario, steps, request));

        NatReport report = bench.Run();

        // The ALG scenario goes on as any other; its steps end where the ALG is seen.
        bool goesOn = expected.Text("mapping").StartsWith('(');
        if (!goesOn)
        {
            MappingName(report.Mapping).Should().Be(expected.Text("mapping"));
            FilteringName(report.Filtering).Should().Be(expected.OptionalText("filtering"));

            // Mapping from a port of its own asks test I again there.
            Made(report).Distinct().Should().Equal(steps.Select(s => (s.Text("test"), s.Text("destination"), s.OptionalText("changeRequest"))));
            report.Evidence.Count(r => r.Test is NatTest.I or NatTest.MappingII or NatTest.MappingIII).Should().BeLessThanOrEqualTo(4);
        }

        report.ApplicationLayerGateway.Should().Be(goesOn ? NatObservation.Yes : NatObservation.NotTestable);
        report.Summary.Should().NotBeEmpty();
    }

    private static ProbeReply? Answer(JsonElement scenario, JsonElement[] steps, ProbeRequest request)
    {
        JsonElement step = steps.FirstOrDefault(s => s.Text("destination") == request.Destination.ToString() && s.OptionalText("changeRequest") == request.ChangeText);
        if (step.ValueKind == JsonValueKind.Undefined || step.GetProperty("response").ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        JsonElement response = step.GetProperty("response");
        TransportAddress? Read(string name) => response.OptionalText(name) is not { } text ? null
            : text == scenario.Text("localAddress") ? request.Source : TransportAddress.Parse(text);
        return request.Success(Read("xorMappedAddress")!.Value, Read("otherAddress"), Read("mappedAddress"), Read("responseOrigin"));
    }

    private static IEnumerable<(string, string, string?)> Made(NatReport report) => report.Evidence.Select(r => (
        r.Test switch
        {
            NatTest.I => "I",
            NatTest.FilteringII => "filtering II",
            NatTest.FilteringIII => "filtering III",
            NatTest.MappingII => "mapping II",
            _ => "mapping III",
        },
        r.Destination.ToString(),
        (r.ChangeIp, r.ChangePort) switch { (true, true) => "ip+port", (false, true) => "port", _ => (string?)null }));

    private static string MappingName(NatMappingType mapping) => mapping switch
    {
        NatMappingType.NoNat => "EndpointIndependent (no NAT)",
        NatMappingType.NotSupportedByServer => "unsupported by server",
        NatMappingType.NoConnectivity => "no connectivity",
        _ => mapping.ToString(),
    };

    private static string? FilteringName(NatFilteringType filtering) => filtering switch
    {
        NatFilteringType.NotTested => null,
        NatFilteringType.NotSupportedByServer => "unsupported by server",
        NatFilteringType.NoConnectivity => "no connectivity",
        _ => filtering.ToString(),
    };
}
