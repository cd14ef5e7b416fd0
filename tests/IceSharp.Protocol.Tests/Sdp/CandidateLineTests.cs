using IceSharp.Protocol;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Sdp;

/// <summary>The example lines of the catalogue's annex C: V are valid, I are malformed, unusable or against a rule.</summary>
public class CandidateLineTests
{
    private const string Uuid = "4b0f0c1e-6a39-4f7c-9c55-0d7a2f7c9a10";

    [Theory]
    [InlineData("V1", "a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("V2", "a=candidate:842163049 1 udp 1694498815 198.51.100.7 61020 typ srflx raddr 10.0.0.12 rport 54321 generation 0 ufrag kT4x network-id 1 network-cost 10")]
    [InlineData("V3", "a=candidate:Rq/+9 2 UDP 16777214 203.0.113.5 49153 typ relay raddr 198.51.100.7 rport 61021")]
    [InlineData("V4", "a=candidate:7 1 UDP 2130706175 2001:db8:0:5::a1 40000 typ host")]
    [InlineData("V5", "a=candidate:t1 1 TCP 2128609279 192.0.2.10 9 typ host tcptype active")]
    [InlineData("V6", "a=candidate:t2 1 TCP 2124414975 192.0.2.10 50010 typ host tcptype passive")]
    [InlineData("V7", "a=candidate:t3 1 TCP 1692401663 198.51.100.7 45687 typ srflx raddr 10.0.0.12 rport 8999 tcptype so")]
    [InlineData("V8", "a=candidate:p 1 UDP 1862270975 198.51.100.7 61999 typ prflx raddr 10.0.0.12 rport 54321")]
    [InlineData("V9", "a=candidate:2 1 UDP 1694498815 198.51.100.7 61020 typ srflx raddr 0.0.0.0 rport 9")]
    [InlineData("V10", "a=candidate:2 1 UDP 1694498815 2001:db8:ffff::7 61020 typ srflx raddr :: rport 9")]
    [InlineData("V12", "a=candidate:A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1 256 UDP 1 192.0.2.10 54321 typ host")]
    [InlineData("V13", "candidate:1 1 UDP 2147483647 192.0.2.10 65535 typ host")]
    [InlineData("V14", "a=candidate:1 1 Udp 2130706431 192.0.2.10 54321 TYP Host")]
    [InlineData("V15", "a=candidate:1 1 TCP 2128609279 192.0.2.10 9 typ host generation 0 tcptype active network-cost 50")]
    [InlineData("V16", "a=candidate:4 1 UDP 2130706431 ::ffff:192.0.2.128 40000 typ host")]
    [InlineData("V17", "a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host tcptype passive")]
    [Rfc("ICE-8839-5.1-a")]
    [Rfc("ICE-8839-5.1-n")]
    public void Valid_line_reads_without_fault_and_survives_printing(string row, string line)
    {
        IceCandidate.TryParse(line, out IceCandidate? candidate, out SdpDiagnostic? diagnostic).Should().BeTrue(row);
        diagnostic.Should().BeNull(row);
        IceCandidate.Parse(candidate!.ToSdp()).Should().Be(candidate, row);
    }

    [Theory]
    [InlineData("I1", SdpReason.EmptyField, "a=candidate: 1 UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("I2", SdpReason.Foundation, "a=candidate:xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx 1 UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("I3", SdpReason.Foundation, "a=candidate:host-1 1 UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("I4", SdpReason.Component, "a=candidate:1 0 UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("I5", SdpReason.Component, "a=candidate:1 257 UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("I6", SdpReason.Component, "a=candidate:1 0001 UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("I7", SdpReason.Component, "a=candidate:1 RTP UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("I8", SdpReason.Priority, "a=candidate:1 1 UDP 0 192.0.2.10 54321 typ host")]
    [InlineData("I9", SdpReason.Priority, "a=candidate:1 1 UDP 2147483648 192.0.2.10 54321 typ host")]
    [InlineData("I10", SdpReason.Priority, "a=candidate:1 1 UDP 02130706431 192.0.2.10 54321 typ host")]
    [InlineData("I11", SdpReason.Priority, "a=candidate:1 1 UDP -5 192.0.2.10 54321 typ host")]
    [InlineData("I12", SdpReason.Port, "a=candidate:1 1 UDP 2130706431 192.0.2.10 65536 typ host")]
    [InlineData("I13", SdpReason.Port, "a=candidate:1 1 UDP 2130706431 192.0.2.10 typ host")]
    [InlineData("I14", SdpReason.Address, "a=candidate:1 1 UDP 2130706431 192.0.2.300 54321 typ host")]
    [InlineData("I15", SdpReason.Address, "a=candidate:1 1 UDP 2130706431 [2001:db8::1] 54321 typ host")]
    [InlineData("I16", SdpReason.Address, "a=candidate:1 1 UDP 2130706431 fe80::1%eth0 54321 typ host")]
    [InlineData("I17", SdpReason.Address, "a=candidate:1 1 UDP 2130706431 2001:db8::1::2 54321 typ host")]
    [InlineData("I18", SdpReason.CandidateType, "a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 host")]
    [InlineData("I19", SdpReason.MissingField, "a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ")]
    [InlineData("I20", SdpReason.EmptyField, "a=candidate:1  1 UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("I21", SdpReason.MissingField, "a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ srflx raddr")]
    [InlineData("I22", SdpReason.RelatedPort, "a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ srflx raddr 10.0.0.12 rport 70000")]
    [InlineData("I23", SdpReason.Extension, "a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host generation")]
    [InlineData("I24", SdpReason.AttributeName, "a=candidates:1 1 UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("I25", SdpReason.InvalidCharacter, "a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host ufrag\tkT4x")]
    [Rfc("ICE-8839-5.1-b")]
    [Rfc("ICE-8839-5.1-c")]
    [Rfc("ICE-8839-5.1-e")]
    [Rfc("ICE-8839-5.1-f")]
    [Rfc("ICE-8839-5.1-o")]
    public void Malformed_line_is_an_error_with_its_reason(string row, SdpReason reason, string line) =>
        Unusable(row, line, SdpOutcome.Error, reason);

    [Theory]
    [InlineData("V11", SdpReason.MdnsName, $"a=candidate:9 1 udp 2113937151 {Uuid}.local 50001 typ host generation 0 ufrag kT4x network-cost 999")]
    [InlineData("I26", SdpReason.DomainName, "a=candidate:1 1 UDP 2130706431 relay.example.net 54321 typ host")]
    [InlineData("I27", SdpReason.UnsupportedLocalName, $"a=candidate:1 1 UDP 2130706431 {Uuid}.lan.local 54321 typ host")]
    [InlineData("I28", SdpReason.UnsupportedLocalName, "a=candidate:1 1 UDP 2130706431 printer.local 54321 typ host")]
    [InlineData("I29", SdpReason.UnknownTransport, "a=candidate:1 1 DCCP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("I30", SdpReason.UnknownCandidateType, "a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ tunnel")]
    [InlineData("I31", SdpReason.TcpTypeMissing, "a=candidate:1 1 TCP 2128609279 192.0.2.10 9 typ host")]
    [InlineData("I32", SdpReason.TcpTypeUnknown, "a=candidate:1 1 TCP 2128609279 192.0.2.10 9 typ host tcptype both")]
    [InlineData("I33", SdpReason.UnspecifiedAddress, "a=candidate:1 1 UDP 2130706431 0.0.0.0 54321 typ host")]
    [InlineData("I34", SdpReason.MulticastAddress, "a=candidate:1 1 UDP 2130706431 224.0.0.251 5353 typ host")]
    [InlineData("I35", SdpReason.PortZero, "a=candidate:1 1 UDP 2130706431 192.0.2.10 0 typ host")]
    [InlineData("browser's end of candidates", SdpReason.EmptyCandidate, "candidate:")]
    [InlineData("empty", SdpReason.EmptyCandidate, "")]
    [InlineData("broadcast", SdpReason.MulticastAddress, "a=candidate:1 1 UDP 2130706431 255.255.255.255 5353 typ host")]
    [InlineData("passive without port", SdpReason.PortZero, "a=candidate:1 1 TCP 2130706431 192.0.2.10 0 typ host tcptype passive")]
    [Rfc("ICE-8839-5.1-h")]
    [Rfc("ICE-8839-5.1-i")]
    [Rfc("ICE-6544-4.5-e")]
    [Rfc("ICE-draft-mdns-3.2-a")]
    public void Well_formed_but_unusable_line_is_ignored_with_its_reason(string row, SdpReason reason, string line) =>
        Unusable(row, line, SdpOutcome.Ignored, reason);

    [Theory]
    [InlineData("I36", SdpReason.RelatedAddressMissing, "a=candidate:2 1 UDP 1694498815 198.51.100.7 61020 typ srflx")]
    [InlineData("I37", SdpReason.RelatedAddressOnHost, "a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host raddr 10.0.0.1 rport 9")]
    [InlineData("I38", SdpReason.RelatedAddressMissing, "a=candidate:2 1 UDP 1694498815 198.51.100.7 61020 typ srflx rport 9 raddr 0.0.0.0")]
    [InlineData("I39", SdpReason.ActiveTcpPort, "a=candidate:t1 1 TCP 2128609279 192.0.2.10 50010 typ host tcptype active")]
    [InlineData("trailing space", SdpReason.TrailingSpace, "a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host ")]
    [InlineData("name as related address", SdpReason.RelatedAddressMissing, "a=candidate:2 1 UDP 1694498815 198.51.100.7 61020 typ srflx raddr a.example rport 9")]
    public void Line_against_a_harmless_rule_is_used_with_a_warning_and_never_printed_so(string row, SdpReason reason, string line)
    {
        IceCandidate.TryParse(line, out IceCandidate? candidate, out SdpDiagnostic? diagnostic).Should().BeTrue(row);
        diagnostic!.Outcome.Should().Be(SdpOutcome.Warning, row);
        diagnostic.Reason.Should().Be(reason, row);

        string printed = candidate!.ToSdp();
        IceCandidate.TryParse(printed, out _, out diagnostic).Should().BeTrue(row);
        diagnostic.Should().BeNull($"{row} was printed as '{printed}'");
    }

    [Fact]
    public void Related_fields_out_of_order_are_printed_in_order_and_once() =>
        IceCandidate.Parse("candidate:2 1 UDP 1694498815 198.51.100.7 61020 typ srflx rport 9 raddr 10.0.0.12").ToSdp()
            .Should().Be("candidate:2 1 UDP 1694498815 198.51.100.7 61020 typ srflx raddr 0.0.0.0 rport 9");

    [Fact]
    [Rfc("ICE-8839-5.1-m")]
    [Rfc("ICE-webrtc-sdp-a")]
    public void Browser_line_gives_all_its_fields_and_unknown_extensions()
    {
        IceCandidate candidate = IceCandidate.Parse(
            "a=candidate:842163049 1 udp 1694498815 198.51.100.7 61020 typ srflx raddr 10.0.0.12 rport 54321 generation 0 ufrag kT4x network-id 1 network-cost 10");

        candidate.Foundation.Should().Be("842163049");
        candidate.Component.Should().Be(1);
        candidate.Transport.Should().Be(IceTransport.Udp);
        candidate.TcpType.Should().BeNull();
        candidate.Priority.Should().Be(1694498815);
        candidate.Address.Should().Be(TransportAddress.Parse("198.51.100.7:61020"));
        candidate.Type.Should().Be(IceCandidateType.ServerReflexive);
        candidate.RelatedAddress.Should().Be(TransportAddress.Parse("10.0.0.12:54321"));
        candidate.Ufrag.Should().Be("kT4x");
        candidate.Mid.Should().BeNull();
        candidate.Extensions.Should().Equal(
            new IceCandidateExtension("generation", "0"), new("ufrag", "kT4x"), new("network-id", "1"), new("network-cost", "10"));
    }

    [Theory]
    [InlineData("a=candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("1 1 UDP 2130706431 192.0.2.10 54321 typ host")]
    [InlineData("A=Candidate:1 1 udp 2130706431 192.0.2.10 54321 Typ HOST\r\n")]
    [Rfc("ICE-8839-5.1-r")]
    [Rfc("ICE-8839-5.1-d")]
    [Rfc("ICE-8866-5.13-a")]
    public void Line_reads_in_every_form_and_prints_in_one(string line) =>
        IceCandidate.Parse(line).ToSdp().Should().Be("candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host");

    [Theory]
    [InlineData("active", 9, IceTcpType.Active)]
    [InlineData("PASSIVE", 50010, IceTcpType.Passive)]
    [InlineData("so", 45687, IceTcpType.SimultaneousOpen)]
    [Rfc("ICE-6544-4.5-a")]
    [Rfc("ICE-webrtc-sdp-d")]
    public void Tcptype_is_a_field_wherever_it_stands_and_prints_before_other_extensions(string token, int port, IceTcpType expected)
    {
        IceCandidate candidate = IceCandidate.Parse($"candidate:t 1 tcp 2128609279 192.0.2.10 {port} typ host generation 0 tcptype {token}");

        candidate.Transport.Should().Be(IceTransport.Tcp);
        candidate.TcpType.Should().Be(expected);
        candidate.Extensions.Should().Equal(new IceCandidateExtension("generation", "0"));
        candidate.ToSdp().Should().Be($"candidate:t 1 TCP 2128609279 192.0.2.10 {port} typ host tcptype {token.ToLowerInvariant()} generation 0");
    }

    [Fact]
    [Rfc("ICE-6544-4.5-b")]
    public void Port_of_an_active_candidate_is_ignored() =>
        IceCandidate.Parse("candidate:t1 1 TCP 2128609279 192.0.2.10 50010 typ host tcptype active").Address.Port.Should().Be(9);

    [Fact]
    public void Tcptype_on_udp_is_an_unknown_extension()
    {
        IceCandidate candidate = IceCandidate.Parse("candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host tcptype passive");

        candidate.TcpType.Should().BeNull();
        candidate.Extensions.Should().Equal(new IceCandidateExtension("tcptype", "passive"));
    }

    [Fact]
    [Rfc("ICE-8839-5.1-o")]
    public void Extension_value_may_be_empty_at_the_end_only()
    {
        const string Start = "candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host";
        IceCandidate.Parse(Start + " ufrag ").Extensions.Should().Equal(new IceCandidateExtension("ufrag", ""));
        IceCandidate.Parse(Start + " ufrag ").ToSdp().Should().Be(Start + " ufrag ");
        Unusable("middle", Start + " ufrag  generation 0", SdpOutcome.Error, SdpReason.EmptyField);
    }

    [Fact]
    public void Error_wins_over_what_would_be_ignored() =>
        Unusable("both", "candidate:1 1 DCCP 2130706431 relay.example.net 54321 typ tunnel raddr", SdpOutcome.Error, SdpReason.MissingField);

    [Fact]
    public void Line_above_the_limit_is_refused_unread() =>
        Unusable("long", "candidate:1 1 UDP 1 192.0.2.10 5 typ host x " + new string('y', 5000), SdpOutcome.Error, SdpReason.TooLong);

    [Theory]
    [InlineData("candidate:1 1 UDP 2130706431 relay.example.net 54321 typ host", "*relay.example.net*domain name*")]
    [InlineData("candidate:1 257 UDP 2130706431 192.0.2.10 54321 typ host", "*component '257'*1 to 256*")]
    public void Parse_throws_a_format_exception_that_says_why(string line, string message) =>
        FluentActions.Invoking(() => IceCandidate.Parse(line)).Should().Throw<FormatException>().WithMessage(message);

    [Fact]
    public void Parse_of_null_is_the_callers_mistake() =>
        FluentActions.Invoking(() => IceCandidate.Parse(null!)).Should().Throw<ArgumentNullException>();

    private static void Unusable(string row, string line, SdpOutcome outcome, SdpReason reason)
    {
        IceCandidate.TryParse(line, out IceCandidate? candidate, out SdpDiagnostic? diagnostic).Should().BeFalse(row);
        candidate.Should().BeNull(row);
        diagnostic!.Outcome.Should().Be(outcome, row);
        diagnostic.Reason.Should().Be(reason, row);
        FluentActions.Invoking(() => IceCandidate.Parse(line)).Should().Throw<FormatException>(row);
    }
}
