using System.Globalization;
using IceSharp.Protocol;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Sdp;

public class CandidatePrintTests
{
    private static readonly IceCandidate Host = new()
    {
        Foundation = "1",
        Component = 1,
        Priority = 2130706431,
        Address = TransportAddress.Parse("192.0.2.10:54321"),
        Type = IceCandidateType.Host,
    };

    [Theory]
    [InlineData("candidate:1 1 UDP 2130706431 10.0.1.5 50000 typ host", "1", 2130706431u, IceCandidateType.Host, "10.0.1.5:50000", null)]
    [InlineData("candidate:2 1 UDP 1694498815 192.0.2.33 61000 typ srflx raddr 10.0.1.5 rport 50000", "2", 1694498815u, IceCandidateType.ServerReflexive, "192.0.2.33:61000", "10.0.1.5:50000")]
    [InlineData("candidate:3 1 UDP 16777215 203.0.113.10 49200 typ relay raddr 192.0.2.33 rport 61000", "3", 16777215u, IceCandidateType.Relayed, "203.0.113.10:49200", "192.0.2.33:61000")]
    [InlineData("candidate:1 1 UDP 2130706431 172.16.4.7 50100 typ host", "1", 2130706431u, IceCandidateType.Host, "172.16.4.7:50100", null)]
    [InlineData("candidate:2 1 UDP 1694498815 198.51.100.44 62000 typ srflx raddr 172.16.4.7 rport 50100", "2", 1694498815u, IceCandidateType.ServerReflexive, "198.51.100.44:62000", "172.16.4.7:50100")]
    [InlineData("candidate:3 1 UDP 16777215 203.0.113.77 49300 typ relay raddr 198.51.100.44 rport 62000", "3", 16777215u, IceCandidateType.Relayed, "203.0.113.77:49300", "198.51.100.44:62000")]
    [Rfc("ICE-8839-5.1-a")]
    [Rfc("ICE-8839-5.1-j")]
    public void Candidates_of_annex_D1_print_as_the_lines_there(string line, string foundation, uint priority, IceCandidateType type, string address, string? related)
    {
        IceCandidate candidate = Host with
        {
            Foundation = foundation,
            Priority = priority,
            Type = type,
            Address = TransportAddress.Parse(address),
            RelatedAddress = related is null ? null : TransportAddress.Parse(related),
        };

        candidate.ToSdp().Should().Be(line);
        IceCandidate.Parse(line).Should().Be(candidate);
    }

    [Theory]
    [InlineData("198.51.100.7:61020", "raddr 0.0.0.0 rport 9")]
    [InlineData("[2001:db8:ffff::7]:61020", "raddr :: rport 9")]
    [Rfc("ICE-8839-5.1-l")]
    public void Unknown_related_address_is_written_as_a_hidden_one(string address, string related)
    {
        IceCandidate candidate = Host with { Type = IceCandidateType.ServerReflexive, Address = TransportAddress.Parse(address) };

        candidate.ToSdp().Should().EndWith($"typ srflx {related}");
    }

    [Fact]
    [Rfc("ICE-8839-5.1-j")]
    public void Related_address_of_a_host_candidate_is_left_out() =>
        (Host with { RelatedAddress = TransportAddress.Parse("10.0.0.1:9") }).ToSdp().Should().EndWith("typ host");

    [Fact]
    public void Ufrag_is_written_only_as_an_extension()
    {
        (Host with { Ufrag = "kT4x" }).ToSdp().Should().NotContain("kT4x");
        (Host with { Extensions = [new("ufrag", "kT4x")] }).ToSdp().Should().EndWith(" ufrag kT4x");
    }

    public static TheoryData<string, IceCandidate> Unprintable() => new()
    {
        { "Foundation", Host with { Foundation = "host-1" } },
        { "Foundation", Host with { Foundation = "1\r\na=candidate:2" } },
        { "Component", Host with { Component = 257 } },
        { "Component", Host with { Component = 0 } },
        { "Priority", Host with { Priority = 0 } },
        { "Priority", Host with { Priority = 0x80000000 } },
        { "Address", Host with { Address = default } },
        { "TcpType", Host with { Transport = IceTransport.Tcp } },
        { "Address", Host with { Transport = IceTransport.Tcp, TcpType = IceTcpType.Active } },
        { "Extensions", Host with { Extensions = [new("two words", "1")] } },
        { "Extensions", Host with { Extensions = [new("name", "x\n")] } },
        { "Extensions", Host with { Extensions = [new("empty", ""), new("name", "x")] } },
    };

    [Theory]
    [MemberData(nameof(Unprintable))]
    public void Candidate_that_no_line_can_show_is_refused_by_member_name(string member, IceCandidate candidate) =>
        FluentActions.Invoking(candidate.ToSdp).Should().Throw<InvalidOperationException>().WithMessage($"IceCandidate.{member}*");

    [Fact]
    public void Equality_compares_extensions_one_by_one()
    {
        const string Line = "candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host generation 0";
        IceCandidate.Parse(Line).Should().Be(IceCandidate.Parse(Line));
        IceCandidate.Parse(Line).GetHashCode().Should().Be(IceCandidate.Parse(Line).GetHashCode());
        IceCandidate.Parse(Line).Should().NotBe(IceCandidate.Parse(Line[..^1] + "1"));
    }

    [Theory]
    [InlineData("ar-SA")]
    [InlineData("fa-IR")]
    [InlineData("sv-SE")]
    [InlineData("tr-TR")]
    public void Culture_changes_nothing(string culture)
    {
        const string Line = "candidate:2 1 UDP 1694498815 192.0.2.33 61000 typ srflx raddr 10.0.1.5 rport 50000";
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            IceCandidate.Parse(Line.Replace("srflx", "SRFLX", StringComparison.Ordinal)).ToSdp().Should().Be(Line);
            IceCandidate.TryParse(Line.Replace(" 1 ", " -1 ", StringComparison.Ordinal), out _).Should().BeFalse();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
