using System.Xml.Linq;
using System.Text.Json;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Stun;

public class StunUriTests
{
    public static TheoryData<string> ValidIds => Ids(valid: true);

    public static TheoryData<string> InvalidIds => Ids(valid: false);

    [Theory, MemberData(nameof(ValidIds))]
    [Rfc("URI-7064-3.1-a")]
    [Rfc("URI-7064-3.1-b")]
    [Rfc("URI-7065-3.1-a")]
    [Rfc("URI-7065-3.2-a")]
    [Rfc("URI-7064-3.2-a")]
    public void Valid_uri_is_read_as_the_vector_says(string id)
    {
        JsonElement row = Row(id);
        JsonElement expected = row.GetProperty("result");

        StunUri uri = StunUri.Parse(row.GetProperty("uri").GetString()!);

        uri.Scheme.ToString().ToLowerInvariant().Should().Be(expected.GetProperty("scheme").GetString());
        uri.IsSecure.Should().Be(expected.GetProperty("secure").GetBoolean());
        ((int?)uri.Port).Should().Be(expected.GetProperty("port").ValueKind == JsonValueKind.Null ? null : expected.GetProperty("port").GetInt32());
        uri.Transport.Should().Be(expected.GetProperty("transport").GetString());
        ((int)uri.DefaultPort).Should().Be(expected.GetProperty("defaultPort").GetInt32());
        JsonElement transports = expected.GetProperty("candidateTransports");
        string[] names = transports.ValueKind == JsonValueKind.Null ? [] : transports.EnumerateArray().Select(t => t.GetString()!).ToArray();
        uri.Transports.Select(t => t.ToString().ToUpperInvariant()).Should().Equal(names);

        string host = expected.GetProperty("host").GetString()!;
        if (expected.GetProperty("hostType").GetString() == "name")
        {
            uri.Host.Should().Be(host);
            uri.HostAddress.Should().BeNull();
        }
        else
        {
            uri.HostAddress.Should().Be(IpAddress.Parse(host));
        }
    }

    [Theory, MemberData(nameof(ValidIds))]
    public void Printed_uri_reads_as_the_same_uri(string id)
    {
        StunUri uri = StunUri.Parse(Row(id).GetProperty("uri").GetString()!);

        StunUri.Parse(uri.ToString()).Should().Be(uri);
    }

    [Theory, MemberData(nameof(InvalidIds))]
    [Rfc("URI-7064-3.1-a")]
    [Rfc("URI-7064-3.1-b")]
    [Rfc("URI-7065-3.1-a")]
    public void Invalid_uri_is_refused(string id)
    {
        string text = Row(id).GetProperty("uri").GetString()!;

        StunUri.TryParse(text, out _).Should().BeFalse();
        FluentActions.Invoking(() => StunUri.Parse(text)).Should().Throw<FormatException>();
    }

    [Fact]
    [Rfc("DTLS-7350-4.6.1-a")]
    public void Turns_over_udp_is_DTLS_and_nothing_else()
    {
        StunUri.TryParse("turns:example.org?transport=udp", out StunUri? uri).Should().BeTrue();

        uri!.Transports.Should().Equal(StunUriTransport.Dtls);
    }

    [Fact]
    [Rfc("URI-7064-4-a")]
    public void The_API_tells_applications_how_a_secure_URI_has_to_reach_them()
    {
        XDocument documentation = XDocument.Load(Path.ChangeExtension(typeof(StunUri).Assembly.Location, ".xml"));

        string text = documentation.Descendants("member").Single(m => (string?)m.Attribute("name") == $"T:{typeof(StunUri).FullName}").Value;

        text.Should().Contain("as secure as the connection it asks for (RFC 7064").And.Contain("credentials");
    }

    [Fact]
    public void Encoded_control_character_in_the_host_is_refused() => StunUri.TryParse("stun:exam%00ple.org", out _).Should().BeFalse();

    private static TheoryData<string> Ids(bool valid)
    {
        var ids = new TheoryData<string>();
        foreach (JsonElement row in Rows().Where(r => r.GetProperty("valid").GetBoolean() == valid))
        {
            ids.Add(row.GetProperty("id").GetString()!);
        }

        return ids;
    }

    private static JsonElement Row(string id) => Rows().Single(r => r.GetProperty("id").GetString() == id);

    private static List<JsonElement> Rows()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "uri.json")));
        return document.RootElement.GetProperty("uris").EnumerateArray().Select(e => e.Clone()).ToList();
    }
}
