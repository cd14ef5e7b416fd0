using IceSharp.Samples.Media;

namespace IceSharp.Tests.Samples;

public sealed class RtpHeaderTests
{
    [Fact]
    public void Header_has_the_layout_of_the_rfc()
    {
        byte[] packet = new byte[RtpHeader.Length];

        new RtpHeader(true, 0, 0x1234, 0x56789ABC, 0xDEADBEEF).Write(packet);

        Convert.ToHexString(packet).Should().Be("80801234" + "56789ABC" + "DEADBEEF");
    }

    [Theory]
    [InlineData("80001234 00000001 00000002 AABB", "AABB")]
    [InlineData("82001234 00000001 00000002 11111111 22222222 AABB", "AABB")]
    [InlineData("90001234 00000001 00000002 BEDE0001 33333333 AABB", "AABB")]
    [InlineData("A0001234 00000001 00000002 AABB 000003", "AABB")]
    [InlineData("80001234 00000001 00000002", "")]
    public void Payload_is_what_sources_extension_and_padding_leave(string hex, string payload)
    {
        RtpHeader.TryParse(FromHex(hex), out RtpHeader header, out ReadOnlySpan<byte> rest).Should().BeTrue();

        header.Should().Be(new RtpHeader(false, 0, 0x1234, 1, 2));
        Convert.ToHexString(rest).Should().Be(payload);
    }

    [Theory]
    [InlineData("")]
    [InlineData("80001234 00000001 000000")]
    [InlineData("40001234 00000001 00000002 AABB")]
    [InlineData("80C81234 00000001 00000002 AABB")]
    [InlineData("81001234 00000001 00000002 AABB")]
    [InlineData("90001234 00000001 00000002 BEDE0002 33333333")]
    [InlineData("A0001234 00000001 00000002 AA00")]
    [InlineData("A0001234 00000001 00000002 AA09")]
    public void Malformed_packets_are_no_packets(string hex) =>
        RtpHeader.TryParse(FromHex(hex), out _, out _).Should().BeFalse();

    [Theory]
    [InlineData(7u, 9u, "80C80006000000070000000000000000000000000000000900000000" + "81CB000100000007")]
    [InlineData(7u, null, "80C9000100000007" + "81CB000100000007")]
    public void Goodbye_is_a_report_and_bye(uint ssrc, uint? packets, string hex)
    {
        byte[] datagram = new RtcpGoodbye(ssrc, packets).ToBytes();

        Convert.ToHexString(datagram).Should().Be(hex);
        RtpHeader.IsRtcp(datagram).Should().BeTrue();
        RtcpGoodbye.TryParse(datagram, out RtcpGoodbye parsed).Should().BeTrue();
        parsed.Should().Be(new RtcpGoodbye(ssrc, packets));
    }

    [Theory]
    [InlineData("80C9000100000007")]
    [InlineData("80CB0001000000")]
    [InlineData("81CB000200000007")]
    [InlineData("80CB000100000007")]
    [InlineData("81CB000000000007")]
    public void Report_without_bye_or_a_malformed_one_is_no_goodbye(string hex) =>
        RtcpGoodbye.TryParse(FromHex(hex), out _).Should().BeFalse();

    private static byte[] FromHex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
