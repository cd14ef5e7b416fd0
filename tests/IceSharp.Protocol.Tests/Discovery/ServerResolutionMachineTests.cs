using System.Globalization;
using System.Text.Json;
using IceSharp.Protocol.Discovery;
using IceSharp.Protocol.Dns;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Tests.Transactions;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Discovery;

public class ServerResolutionMachineTests
{
    private static readonly StunUriTransport[] All = [StunUriTransport.Udp, StunUriTransport.Tcp, StunUriTransport.Tls, StunUriTransport.Dtls];

    [Theory]
    [InlineData("stun:example.org", new[] { "_stun._udp.example.org", "_stun._tcp.example.org" }, false)]
    [InlineData("stuns:example.org", new[] { "_stuns._tcp.example.org", "_stuns._udp.example.org" }, false)]
    [InlineData("turns:example.org?transport=udp", new[] { "_turns._udp.example.org" }, false)]
    [InlineData("turn:example.org?transport=tcp", new[] { "_turn._tcp.example.org" }, false)]
    [InlineData("stun:example.org", new[] { "_stun-behavior._udp.example.org", "_stun-behavior._tcp.example.org" }, true)]
    [InlineData("stuns:example.org", new[] { "_stun-behaviors._tcp.example.org", "_stun-behaviors._udp.example.org" }, true)]
    [Rfc("STUN-8489-8.1-b")]
    [Rfc("DTLS-7350-3-d")]
    [Rfc("NAT-5780-5.1-a")]
    public void Service_is_asked_for_by_its_exact_name(string uri, string[] names, bool natBehavior)
    {
        var zone = new Zone();

        Resolve(zone, uri, natBehavior: natBehavior);

        zone.Asked.Where(a => a.StartsWith("Services", StringComparison.Ordinal)).Should().BeEquivalentTo(names.Select(n => $"Services {n}"));
    }

    [Fact]
    [Rfc("STUN-8489-8.1-c")]
    public void All_addresses_of_both_families_are_targets()
    {
        Zone zone = new Zone().Service("_stun._udp.example.org", 0, 0, 3479, "a.example").Address("a.example", "2001:db8::1", "192.0.2.1", "192.0.2.2");

        ServerTarget target = Resolve(zone, "stun:example.org", [StunUriTransport.Udp]).Targets.Should().ContainSingle().Subject;

        target.Should().BeEquivalentTo(new { Transport = StunUriTransport.Udp, Identity = "example.org", HostName = "a.example", Port = (ushort)3479 });
        target.Addresses.Select(a => a.ToString()).Should().Equal("2001:db8::1", "192.0.2.1", "192.0.2.2");
    }

    [Theory]
    [InlineData("stun:example.org", StunUriTransport.Udp, 3478)]
    [InlineData("stun:example.org", StunUriTransport.Tcp, 3478)]
    [InlineData("stuns:example.org", StunUriTransport.Tls, 5349)]
    [InlineData("stuns:example.org", StunUriTransport.Dtls, 5349)]
    [Rfc("STUN-8489-8.1-e")]
    public void Without_service_records_the_domain_and_the_default_port_count(string uri, StunUriTransport transport, ushort port)
    {
        Zone zone = new Zone().Address("example.org", "192.0.2.1");

        Text(Resolve(zone, uri, [transport])).Should().Equal($"{transport} 192.0.2.1:{port}");
        zone.Asked.Should().HaveCount(2, "the service is asked for before the addresses of the domain");
    }

    [Fact]
    public void Service_lookup_that_fails_falls_back_to_the_domain()
    {
        Zone zone = new Zone().Broken("_stun._udp.example.org").Address("example.org", "192.0.2.1");

        Text(Resolve(zone, "stun:example.org", [StunUriTransport.Udp])).Should().Equal("Udp 192.0.2.1:3478");
    }

    [Fact]
    [Rfc("STUN-8489-8.1-f")]
    public void Service_that_is_not_offered_is_not_looked_for_elsewhere()
    {
        Zone zone = new Zone().Service("_stun._udp.example.org", 0, 0, 0, ".").Address("example.org", "192.0.2.1");

        ServerResolution resolution = Resolve(zone, "stun:example.org", [StunUriTransport.Udp]);

        resolution.Error.Should().Be(ServerResolutionError.ServiceNotOffered);
        zone.Asked.Should().Equal("Services _stun._udp.example.org");
    }

    [Fact]
    [Rfc("STUN-8489-8.1-d")]
    public void Servers_come_by_ascending_priority()
    {
        var zone = new Zone();
        for (ushort i = 9; i > 0; i--)
        {
            zone.Service("_stun._udp.example.org", (ushort)(i * 10), 5, (ushort)(3000 + i), $"s{i}.example").Address($"s{i}.example", $"192.0.2.{i}");
        }

        Text(Resolve(zone, "stun:example.org", [StunUriTransport.Udp])).Should().Equal(Enumerable.Range(1, 9).Select(i => $"Udp 192.0.2.{i}:{3000 + i}"));
    }

    [Fact]
    public void Port_in_the_uri_leaves_only_addresses_to_ask_for()
    {
        Zone zone = new Zone().Address("example.org", "192.0.2.1");

        Text(Resolve(zone, "stun:example.org:9999", [StunUriTransport.Tcp, StunUriTransport.Udp])).Should().Equal("Tcp 192.0.2.1:9999", "Udp 192.0.2.1:9999");
        zone.Asked.Should().Equal("Addresses example.org");
    }

    [Fact]
    public void Literal_address_needs_no_lookup()
    {
        var zone = new Zone();

        Text(Resolve(zone, "stun:[2001:db8::5]", All)).Should().Equal("Udp 2001:db8::5:3478", "Tcp 2001:db8::5:3478");
        zone.Asked.Should().BeEmpty();
    }

    [Theory]
    [InlineData("stuns:192.0.2.1")]
    [InlineData("stuns:[2001:db8::5]")]
    [InlineData("turns:192.0.2.1?transport=tcp")]
    [Rfc("STUN-8489-8.1-a")]
    [Rfc("DTLS-7350-4.1.1-a")]
    public void Secure_uri_with_an_address_needs_a_name_to_verify(string uri)
    {
        var zone = new Zone();
        var settings = new ServerResolutionSettings { Uri = StunUri.Parse(uri), SupportedTransports = [StunUriTransport.Tls] };

        zone.Resolve(settings, new ScriptedRandomSource()).Error.Should().Be(ServerResolutionError.NoNameToVerify);

        ServerTarget target = zone.Resolve(settings with { VerificationName = "stun.example.org" }, new ScriptedRandomSource()).Targets.Should().ContainSingle().Subject;
        target.Identity.Should().Be("stun.example.org");
        target.Port.Should().Be(5349);
    }

    public static TheoryData<string> RowsWithResolution => VectorFile.Theory(
        VectorFile.ById("uri.json", "uris").Where(r => r.Value.OptionalText("resolution")?.StartsWith("error: secure URI", StringComparison.Ordinal) == true).Select(r => r.Key));

    [Theory, MemberData(nameof(RowsWithResolution))]
    [Rfc("STUN-8489-8.1-a")]
    public void Rows_of_the_vectors_that_parse_but_must_not_resolve_are_rejected(string id)
    {
        JsonElement row = VectorFile.ById("uri.json", "uris")[id];

        Resolve(new Zone(), row.Text("uri"), All).Error.Should().Be(ServerResolutionError.NoNameToVerify);
    }

    [Fact]
    public void Transport_that_nobody_supports_ends_it_before_any_lookup()
    {
        var zone = new Zone();

        Resolve(zone, "stun:example.org", [StunUriTransport.Tls]).Error.Should().Be(ServerResolutionError.TransportNotSupported);
        Resolve(zone, "stuns:example.org", [StunUriTransport.Udp]).Error.Should().Be(ServerResolutionError.TransportNotSupported);
        zone.Asked.Should().BeEmpty();
    }

    [Fact]
    public void Unknown_name_and_silent_name_servers_are_told_apart()
    {
        Resolve(new Zone(), "stun:example.org", All).Error.Should().Be(ServerResolutionError.NameNotFound);
        Resolve(new Zone().Broken("example.org"), "stun:example.org", All).Error.Should().Be(ServerResolutionError.LookupFailed);
    }

    [Fact]
    [Rfc("RES-5928-3-k")]
    public void Secure_transport_of_a_plain_uri_needs_a_rule_that_names_it()
    {
        Zone zone = new Zone().Address("example.org", "192.0.2.1");

        Text(Resolve(zone, "turn:example.org", All)).Should().Equal("Udp 192.0.2.1:3478", "Tcp 192.0.2.1:3478");
        Resolve(zone, "turn:example.org", [StunUriTransport.Tls]).Error.Should().Be(ServerResolutionError.TransportNotSupported);
    }

    [Fact]
    [Rfc("RES-5928-3-h")]
    public void Rules_lookup_that_fails_continues_with_services()
    {
        Zone zone = new Zone().Broken("example.org").Service("_turn._udp.example.org", 0, 0, 3490, "a.example").Address("a.example", "192.0.2.1");

        Text(Resolve(zone, "turn:example.org", [StunUriTransport.Udp])).Should().Equal("Udp 192.0.2.1:3490");
    }

    [Fact]
    [Rfc("RES-5928-3-h")]
    public void Rules_for_other_services_alone_count_as_none()
    {
        Zone zone = new Zone().Rule("example.org", 10, 10, "S", "SIP+D2U", "_sip._udp.example.org")
            .Service("_turn._udp.example.org", 0, 0, 3490, "a.example").Address("a.example", "192.0.2.1");

        Text(Resolve(zone, "turn:example.org", [StunUriTransport.Udp])).Should().Equal("Udp 192.0.2.1:3490");
    }

    [Fact]
    [Rfc("RES-5928-3-g")]
    public void Rules_of_equal_rank_leave_the_order_to_the_application()
    {
        Zone zone = new Zone()
            .Rule("example.org", 10, 10, "A", "RELAY:turn.udp", "u.example").Rule("example.org", 10, 10, "a", "relay:TURN.TCP", "t.example")
            .Address("u.example", "192.0.2.1").Address("t.example", "192.0.2.2");

        Text(Resolve(zone, "turn:example.org", [StunUriTransport.Tcp, StunUriTransport.Udp])).Should().Equal("Tcp 192.0.2.2:3478", "Udp 192.0.2.1:3478");
        Text(Resolve(zone, "turn:example.org", [StunUriTransport.Udp, StunUriTransport.Tcp])).Should().Equal("Udp 192.0.2.1:3478", "Tcp 192.0.2.2:3478");
    }

    [Fact]
    public void Rule_with_an_expression_another_flag_or_an_unusable_name_is_skipped()
    {
        Zone zone = new Zone()
            .Rule("example.org", 1, 1, "A", "RELAY:turn.udp", "x.example", regexp: "!.*!y.example!")
            .Rule("example.org", 2, 1, "U", "RELAY:turn.udp", "x.example")
            .Rule("example.org", 3, 1, "A", "RELAY:turn.udp", ".")
            .Rule("example.org", 4, 1, "A", "RELAY:turn.udp", @"a\.b")
            .Rule("example.org", 5, 1, "A", "RELAY:turn.udp", "a.example")
            .Address("a.example", "192.0.2.1").Address("x.example", "192.0.2.66");

        Text(Resolve(zone, "turn:example.org", All)).Should().Equal("Udp 192.0.2.1:3478");
    }

    [Fact]
    public void Rules_in_a_circle_come_to_an_end()
    {
        Zone zone = new Zone().Rule("example.org", 1, 1, "", "RELAY:turn.udp", "b.example").Rule("b.example", 1, 1, "", "RELAY:turn.udp", "EXAMPLE.org");

        Resolve(zone, "turn:example.org", All).Error.Should().Be(ServerResolutionError.NameNotFound);
        zone.Asked.Should().HaveCount(2);
    }

    [Fact]
    public void Zone_that_sends_its_clients_on_and_on_is_left_after_a_bounded_number_of_lookups()
    {
        var zone = new Zone();
        Grow(zone, "example.org", 4);

        Resolve(zone, "turn:example.org", All).Targets.Should().BeEmpty();

        zone.Asked.Should().HaveCount(40);

        static void Grow(Zone zone, string name, int depth)
        {
            for (int i = 0; i < 12 && depth > 0; i++)
            {
                zone.Rule(name, 1, 1, "", "RELAY:turn.udp:turn.tcp:turn.tls:turn.dtls", $"n{i}.{name}");
                Grow(zone, $"n{i}.{name}", depth - 1);
            }
        }
    }

    [Fact]
    public void One_name_is_asked_for_once_however_often_it_is_needed()
    {
        Zone zone = new Zone().Address("example.org", "192.0.2.1");

        Resolve(zone, "stun:example.org", All).Targets.Should().HaveCount(2);

        zone.Asked.Should().BeEquivalentTo("Services _stun._udp.example.org", "Services _stun._tcp.example.org", "Addresses example.org");
    }

    [Fact]
    [Rfc("RES-5928-3-i")]
    public void Next_resolution_asks_everything_anew()
    {
        Zone zone = new Zone().Service("_turn._udp.example.org", 0, 0, 3478, "a.example").Address("a.example", "192.0.2.1");
        Resolve(zone, "turn:example.org?transport=udp", All);
        string[] first = [.. zone.Asked];

        Resolve(zone, "turn:example.org?transport=udp", All);

        zone.Asked.Should().Equal([.. first, .. first]);
        first.Should().HaveCount(2);
    }

    [Fact]
    public void Answers_that_nobody_waits_for_have_no_effect()
    {
        var machine = new ServerResolutionMachine(new ServerResolutionSettings { Uri = StunUri.Parse("stun:example.org:3478") }, new ScriptedRandomSource());
        machine.TryGetLookup(out NameLookup? lookup).Should().BeTrue();
        machine.TryGetLookup(out _).Should().BeFalse();

        machine.HandleAnswer(new NameLookupAnswer(77) { Addresses = [IpAddress.LoopbackV4] });
        machine.Result.Should().BeNull();
        machine.HandleAnswer(new NameLookupAnswer(lookup!.Id) { Addresses = [IpAddress.LoopbackV4] });
        ServerResolution? result = machine.Result;
        machine.HandleAnswer(new NameLookupAnswer(lookup.Id) { Addresses = [IpAddress.LoopbackV6] });

        machine.Result.Should().BeSameAs(result);
        result!.Targets[0].Addresses.Should().Equal(IpAddress.LoopbackV4);
    }

    private static ServerResolution Resolve(Zone zone, string uri, StunUriTransport[]? supported = null, bool natBehavior = false) => zone.Resolve(
        new ServerResolutionSettings { Uri = StunUri.Parse(uri), SupportedTransports = supported ?? All, ForNatBehavior = natBehavior }, new ScriptedRandomSource());

    private static IEnumerable<string> Text(ServerResolution resolution) =>
        resolution.Targets.SelectMany(t => t.Addresses.Select(a => string.Create(CultureInfo.InvariantCulture, $"{t.Transport} {a}:{t.Port}")));
}
