using System.Text.Json;
using IceSharp.Protocol.Discovery;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Tests.Transactions;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Discovery;

/// <summary>The rows "res-" of the vectors: RFC 5928 and RFC 7350 from a URI to addresses.</summary>
public class TurnResolutionVectorTests
{
    private static readonly IReadOnlyDictionary<string, JsonElement> Rows = VectorFile.ById("uri.json", "turnResolution");

    public static TheoryData<string> Found => VectorFile.Theory(Rows.Keys.Where(k => Rows[k].GetProperty("expected").TryGetProperty("result", out _)));

    public static TheoryData<string> Refused => VectorFile.Theory(Rows.Keys.Where(k => Rows[k].GetProperty("expected").TryGetProperty("error", out _)));

    [Theory, MemberData(nameof(Found))]
    [Rfc("RES-5928-3-a")]
    [Rfc("RES-7350-4.6.2-a")]
    [Rfc("RES-5928-3-c")]
    [Rfc("RES-5928-3-k")]
    [Rfc("RES-5928-3-d")]
    [Rfc("RES-5928-3-e")]
    [Rfc("RES-5928-3-f")]
    [Rfc("RES-5928-3-g")]
    [Rfc("RES-5928-3-h")]
    [Rfc("DTLS-7350-3-d")]
    public void Resolution_finds_what_the_vector_says(string id)
    {
        ServerResolution resolution = Resolve(Rows[id], out _);

        resolution.Error.Should().Be(ServerResolutionError.None);
        (string, string, int)[] expected = [.. Rows[id].GetProperty("expected").GetProperty("result").EnumerateArray()
            .Select(e => (e.Text("transport"), e.Text("address"), e.Number("port")))];
        (string, string, int)[] found = [.. resolution.Targets.SelectMany(t => t.Addresses.Select(a => (t.Transport.ToString().ToUpperInvariant(), a.ToString(), (int)t.Port)))];

        // The order of the addresses of one name is free, and so is that of res-02 (see its note).
        found.Should().BeEquivalentTo(expected);
        if (id != "res-02")
        {
            found.Select(f => (f.Item1, f.Item3)).Should().Equal(expected.Select(e => (e.Item1, e.Item3)));
        }
    }

    [Theory, MemberData(nameof(Refused))]
    [Rfc("RES-5928-3-b")]
    [Rfc("RES-5928-3-h")]
    [Rfc("RES-5928-3-c")]
    public void Resolution_ends_with_the_error_of_the_vector(string id)
    {
        ServerResolution resolution = Resolve(Rows[id], out Zone zone);

        resolution.Error.Should().Be(Rows[id].GetProperty("expected").Text("error") switch
        {
            "unknown transport" => ServerResolutionError.UnknownTransport,
            "no address" => ServerResolutionError.NameNotFound,
            _ => ServerResolutionError.TransportNotSupported,
        });
        resolution.Targets.Should().BeEmpty();
        if (Rows[id].OptionalText("note") == "fails before any DNS query")
        {
            zone.Asked.Should().BeEmpty();
        }
    }

    [Theory, MemberData(nameof(Found))]
    [Rfc("RES-5928-5-a")]
    [Rfc("STUN-8489-6.2.3-d")]
    public void Certificate_must_prove_the_host_of_the_uri_and_no_name_that_dns_led_to(string id)
    {
        string host = Rows[id].GetProperty("input").Text("host");

        foreach (ServerTarget target in Resolve(Rows[id], out _).Targets)
        {
            target.Identity.Should().Be(IpAddress.TryParse(host, out _) ? null : host);
        }
    }

    private static ServerResolution Resolve(JsonElement row, out Zone zone)
    {
        JsonElement input = row.GetProperty("input");
        string port = input.GetProperty("port").ValueKind == JsonValueKind.Null ? string.Empty : $":{input.Number("port")}";
        string transport = input.OptionalText("transport") is { } name ? $"?transport={name}" : string.Empty;
        var settings = new ServerResolutionSettings
        {
            Uri = StunUri.Parse($"{(input.GetProperty("secure").GetBoolean() ? "turns" : "turn")}:{input.Text("host")}{port}{transport}"),
            SupportedTransports = [.. row.GetProperty("supportedTransports").EnumerateArray().Select(t => Enum.Parse<StunUriTransport>(t.GetString()!, ignoreCase: true))],
        };
        zone = Zone.Read(row.GetProperty("zone"));
        return zone.Resolve(settings, new ScriptedRandomSource());
    }
}
