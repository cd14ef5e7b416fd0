using IceSharp.Protocol;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Sdp;

public class DefaultMismatchTests
{
    [Theory]
    [InlineData("198.51.100.7", 61020, "61021", false, "both are candidates")]
    [InlineData("198.51.100.7", 61022, "61021", true, "no candidate has the port")]
    [InlineData("198.51.100.8", 61020, "61021", true, "no candidate has the address")]
    [InlineData("198.51.100.7", 61020, "61029", true, "component 2 has no such candidate")]
    [InlineData("198.51.100.7", 61021, "61021", true, "the candidate belongs to component 2")]
    [InlineData("203.0.113.9", 9, "61021 IN IP4 198.51.100.7", true, "port 9 excuses only an unspecified address")]
    [InlineData("0.0.0.0", 61020, "61021 IN IP4 198.51.100.7", true, "an unspecified address is excused only with port 9")]
    [InlineData("0.0.0.0", 9, "9", false, "0.0.0.0 port 9 is never a mismatch")]
    [InlineData("host.example", 61020, "61021", false, "a name is never a mismatch")]
    [Rfc("ICE-8839-4.2.5-b")]
    [Rfc("ICE-8839-4.2.5-d")] // T51
    [Rfc("ICE-8839-4.2.5-e")]
    public void Default_destination_has_to_be_a_candidate(string host, int port, string rtcp, bool mismatch, string because)
    {
        string sdp = SdpText.Offer
            .Replace("c=IN IP4 198.51.100.7", "c=IN IP4 " + host, StringComparison.Ordinal)
            .Replace("m=audio 61020", $"m=audio {port}", StringComparison.Ordinal)
            .Replace("a=rtcp:61021", "a=rtcp:" + rtcp, StringComparison.Ordinal);

        IceDescription.Parse(sdp).Streams[0].HasDefaultMismatch.Should().Be(mismatch, because);
    }

    [Fact]
    [Rfc("ICE-8839-4.2.2-b")]
    public void Without_rtcp_line_component_2_is_at_the_next_port()
    {
        string sdp = SdpText.Offer.Replace("a=rtcp:61021\n", "", StringComparison.Ordinal);

        IceDescription.Parse(sdp).Streams[0].HasDefaultMismatch.Should().BeFalse();
        IceDescription.Parse(sdp.Replace("198.51.100.7 61021 typ", "198.51.100.7 61029 typ", StringComparison.Ordinal))
            .Streams[0].HasDefaultMismatch.Should().BeTrue();
    }

    [Fact]
    [Rfc("ICE-8839-4.2.5-d")]
    public void Unspecified_ipv6_with_port_9_is_no_mismatch() =>
        IceDescription.Parse(SdpText.Offer.Replace("IN IP4 198.51.100.7\nt", "IN IP6 ::\nt", StringComparison.Ordinal)
            .Replace("m=audio 61020", "m=audio 9", StringComparison.Ordinal).Replace("a=rtcp:61021\n", "", StringComparison.Ordinal))
            .Streams[0].HasDefaultMismatch.Should().BeFalse();

    [Fact]
    [Rfc("ICE-8840-4.1.2-a")]
    public void Default_that_may_still_trickle_is_no_mismatch()
    {
        string sdp = SdpText.Offer.Replace("m=audio 61020", "m=audio 61022", StringComparison.Ordinal).Replace("ice2", "ice2 trickle", StringComparison.Ordinal);

        IceDescription.Parse(sdp).Streams[0].HasDefaultMismatch.Should().BeTrue("no candidates will follow");
        IceDescription.Parse(sdp.Replace("a=end-of-candidates\n", "", StringComparison.Ordinal)).Streams[0].HasDefaultMismatch.Should().BeFalse();
    }

    [Fact]
    [Rfc("ICE-8839-4.2.5-b")]
    public void Transport_of_the_candidate_has_to_be_the_sections()
    {
        string sdp = SdpText.Section(
            "a=ice-ufrag:" + SdpText.Ufrag,
            "a=ice-pwd:" + SdpText.Password,
            "a=candidate:1 1 TCP 2124414975 192.0.2.10 50010 typ host tcptype passive")
            .Replace("c=IN IP4 0.0.0.0", "c=IN IP4 192.0.2.10", StringComparison.Ordinal)
            .Replace("m=audio 9", "m=audio 50010", StringComparison.Ordinal);

        IceDescription.Parse(sdp).Streams[0].HasDefaultMismatch.Should().BeTrue();
        IceDescription.Parse(sdp.Replace("RTP/AVP", "TCP/RTP/AVP", StringComparison.Ordinal)).Streams[0].HasDefaultMismatch.Should().BeFalse();
    }
}
